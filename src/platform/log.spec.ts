import { Log, type LogFields } from './log.js';
import { NestLog } from './nest-log.js';

function capture(level?: string): { log: Log; lines: () => Record<string, unknown>[] } {
  const written: string[] = [];
  const log = Log.to({ write: (line) => void written.push(line) }, level);
  return { log, lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('the log', () => {
  it('writes one JSON line with the fields that were given', () => {
    const { log, lines } = capture();
    log.info('run published', { source: 'hq', seq: 7, run: 12n });
    expect(lines()).toEqual([
      {
        level: 30,
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        source: 'hq',
        seq: 7,
        run: '12',
        msg: 'run published',
      },
    ]);
  });

  it('writes nothing under a name that it does not know, and nothing that is not plain', () => {
    const { log, lines } = capture();
    const careless = { source: { password: 'canary' }, password: 'canary', body: { email: 'canary' } };
    log.warn('odd', careless as unknown as LogFields);
    expect(lines()).toEqual([{ level: 40, time: expect.any(String), msg: 'odd' }]);
  });

  it('writes errors and texts without credentials', () => {
    const { log, lines } = capture();
    const error = new Error('https://auditor:canary@core.example.com refused');
    log.error('source failed', { why: 'Authorization: Basic canary12', error });
    expect(lines()[0]).toMatchObject({ error: { name: 'Error' } });
    expect(JSON.stringify(lines())).not.toContain('canary');
  });

  it('leaves out what is below its level; an unknown level counts as info', () => {
    const quiet = capture('error');
    quiet.log.warn('not this');
    quiet.log.fatal('this');
    expect(quiet.lines().map(({ msg }) => msg)).toEqual(['this']);
    const odd = capture('loud');
    odd.log.debug('not this');
    odd.log.info('this');
    expect(odd.lines().map(({ msg }) => msg)).toEqual(['this']);
  });
});

describe("Nest's messages", () => {
  it('go the same way, with their context and error', () => {
    const { log, lines } = capture('debug');
    new NestLog(log).log('Mapped {/health, GET} route', 'RouterExplorer');
    new NestLog(log).error(new Error('password=canary'), 'ExceptionsHandler');
    expect(lines()).toMatchObject([
      { level: 20, context: 'RouterExplorer', msg: 'Mapped {/health, GET} route' },
      { level: 50, context: 'ExceptionsHandler', msg: 'password=***' },
    ]);
  });
});
