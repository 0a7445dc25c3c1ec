import { readFile } from 'node:fs/promises';
import { verifyActionLog } from '../../../src/accounts/action-chain.view.js';
import { apiDocument } from '../../../src/api.js';
import { driftCommand } from '../../../src/drift/drift.command.js';
import { findingsCommand } from '../../../src/findings/findings.command.js';
import type { CommandSpec } from '../../../src/platform/command/command.js';
import { riskTiersOf } from '../../../src/rules/risk-tiers.view.js';
import { accessCommand } from '../../../src/snapshots/access.command.js';
import { coverageCommand } from '../../../src/snapshots/coverage.command.js';
import type { AccountsOfSources } from '../../../src/snapshots/own-account.js';
import { snapshotsCommand } from '../../../src/snapshots/snapshots.command.js';
import type { TestDatabase } from '../../support/database.js';
import { typed } from '../snapshots-views/command.js';
import { ApiBench } from './api-bench.js';

let bench: ApiBench;
let admin: string;
let prefix: string;
beforeAll(async () => {
  bench = await ApiBench.open();
  ({ token: admin, prefix } = await bench.token('admin'));
});
afterAll(() => bench.close());

const get = (path: string, token = admin) => bench.ask(`/api/v1/${path}`, { token });
const post = (path: string, body: string | object = {}, token = admin) =>
  bench.ask(`/api/v1/${path}`, { method: 'POST', token, body });

describe('an answer', () => {
  const tiersOf = () => riskTiersOf('ivanti-epmm');
  it.each<[string, CommandSpec<AccountsOfSources>, string[]]>([
    ['sources/hq/snapshots', snapshotsCommand, ['hq']],
    ['sources/hq/snapshots?limit=1', snapshotsCommand, ['hq', '--last', '1']],
    ['sources/hq/coverage', coverageCommand, ['hq']],
    ['sources/hq/drift', driftCommand(tiersOf), ['hq']],
    ['sources/hq/drift?from=1&to=latest', driftCommand(tiersOf), ['hq', '--from', '1', '--to', 'latest']],
    ['sources/hq/access?at=1&role=7', accessCommand(tiersOf), ['hq', '--at', '1', '--role', '7']],
    ['sources/hq/findings', findingsCommand, ['hq']],
    ['findings?state=all', findingsCommand, ['--state', 'all']],
    ['sources/hq/findings/1', findingsCommand, ['hq', '--finding', '1']],
  ])('to %s is what the command line prints', async (path, command, argv) => {
    const { status, json } = await get(path);
    const { out } = await typed({ db: bench.pipeline.db } as TestDatabase, command, ...argv, '--json');
    const printed = JSON.parse(out);
    // the own account is known to the service only
    const plain = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll(',"ownAccount":true', ''));
    expect([status, plain(json)]).toEqual([200, plain(printed)]);
    expect(JSON.stringify(printed).length).toBeGreaterThan(100);
  });

  it('may be a report, in three forms', async () => {
    for (const [format, type] of [
      ['html', 'text/html'],
      ['md', 'text/markdown'],
      ['csv', 'text/csv'],
    ]) {
      const { status, headers, body } = await get(`sources/hq/report?format=${format}`);
      expect([status, headers['content-type']]).toEqual([200, `${type}; charset=utf-8`]);
      expect(body).toContain('sue');
    }
  });

  it('may be an archive, of which the log tells and nothing stays behind', async () => {
    const { status, headers, bytes } = await post('sources/hq/evidence', { from: '1' });
    expect([status, headers['content-type']]).toEqual([200, 'application/zip']);
    expect(headers['content-disposition']).toBe('attachment; filename="hq-1-2.zip"');
    expect(bytes.subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004');
    expect(bytes.includes(Buffer.from('PK\u0005\u0006', 'latin1'))).toBe(true);
    expect((await bench.actions()).at(-1)).toEqual({
      actor: `token:${prefix}`,
      action: 'evidence-created',
      source: 'hq',
    });
  });

  it('is never kept by anybody on the way', async () => {
    expect((await get('sources')).headers['cache-control']).toBe('no-store');
  });
});

describe('a long list', () => {
  it('goes on where its last page ended, without a gap and without an end of its own', async () => {
    for (const [list, cursor] of [
      ['snapshots', 'seq'],
      ['coverage', 'dueAt'],
    ] as const) {
      const rowsOf = async (query: string): Promise<Record<string, string>[]> => {
        const { json } = await get(`sources/hq/${list}?${query}`);
        return json[list === 'coverage' ? 'slots' : list];
      };
      const all = (await rowsOf('limit=1000')).map((one) => one[cursor]);
      const paged: unknown[] = [];
      for (let [row] = await rowsOf('limit=1'); row !== undefined;) {
        paged.push(row[cursor]);
        [row] = await rowsOf(`limit=1&before=${row[cursor]}`);
      }
      expect(paged).toEqual(all);
      expect(all.length).toBeGreaterThan(1);
    }
  });
});

describe('doing something', () => {
  it('is logged with whose token it was, in the transaction that does it', async () => {
    await bench.pipeline.db.query(
      `UPDATE source SET paused_at = now(), paused_why = 'refused' WHERE name = 'branch'`,
    );
    expect((await post('sources/branch/runs')).json.error.code).toBe('source-paused');
    const before = await bench.actions();
    expect((await post('sources/branch/resume')).json).toEqual({
      source: 'branch',
      resumed: true,
      pausedWhy: 'refused',
    });
    expect((await post('sources/branch/resume')).json).toEqual({ source: 'branch', resumed: false });
    const { status } = await post('sources/hq/findings/1/acknowledge', { reason: 'seen' });
    expect(status).toBe(200);
    expect((await bench.actions()).slice(before.length)).toEqual([
      { actor: `token:${prefix}`, action: 'source-resumed', source: 'branch' },
      { actor: `token:${prefix}`, action: 'finding-acknowledged', source: 'hq' },
    ]);
  });

  it.each([
    ['sources/hq/findings/9999/acknowledge', { reason: 'x' }, 404, 'unknown-finding'],
    ['sources/hq/findings/one/acknowledge', { reason: 'x' }, 400, 'usage'],
    [
      'sources/hq/accept-shrink',
      { stream: 'users', scope: '-', expect: 3, reason: 'x' },
      409,
      'nothing-held',
    ],
    ['sources/nosuch/runs', {}, 404, 'unknown-source'],
    ['sources/nosuch/resume', {}, 404, 'unknown-source'],
    ['sources/hq/evidence', { from: '99' }, 404, 'unknown-snapshot'],
  ])('leaves no trace in the log where it fails: %s', async (path, body, status, code) => {
    const before = await bench.actions();
    const answer = await post(path, body);
    expect([answer.status, answer.json.error.code]).toEqual([status, code]);
    expect(await bench.actions()).toEqual(before);
  });

  it('is undone where its log cannot be written', async () => {
    const finding = 2;
    const state = async () => (await get(`sources/hq/findings/${finding}`)).json.finding.state;
    const real = bench.pipeline.db.transaction.bind(bench.pipeline.db);
    const broken = jest.spyOn(bench.pipeline.db, 'transaction').mockImplementation((work) =>
      real(async (tx) => {
        const execute = tx.execute.bind(tx);
        jest
          .spyOn(tx, 'execute')
          .mockImplementation((text, params) =>
            text.includes('INTO action_log') ? Promise.reject(new Error('disk full')) : execute(text, params),
          );
        return work(tx);
      }),
    );
    const { status, json } = await post(`sources/hq/findings/${finding}/acknowledge`, { reason: 'seen' });
    broken.mockRestore();
    expect([status, json.error.code]).toEqual([500, 'internal']);
    expect(JSON.stringify(json)).not.toContain('disk full');
    expect(bench.log.join('')).toContain(json.error.requestId);
    expect(await state()).toBe('open');
  });

  it('begins a run on the path of the clock, and the coverage says what became of it', async () => {
    const { status, json } = await post('sources/hq/runs');
    expect([status, json.source]).toEqual([202, 'hq']);
    for (;;) {
      const { slots } = (await get('sources/hq/coverage?limit=1')).json;
      expect(slots[0]).toMatchObject({ dueAt: json.slot, trigger: 'manual' });
      if (slots[0].state === 'leased') continue;
      expect(slots[0]).toMatchObject({ state: 'published', seq: 3 });
      break;
    }
    expect((await bench.actions()).at(-1)).toMatchObject({ actor: `token:${prefix}`, action: 'run-started' });
    expect(await verifyActionLog(bench.pipeline.db)).toBeNull();
  });

  it('judges once more at the next look, and says so meanwhile', async () => {
    const { status, json } = await post('sources/hq/judgements');
    expect([status, json]).toEqual([202, { source: 'hq', due: true }]);
    for (;;) {
      const [checked] = (await get('sources/hq/check')).json.sources;
      if (checked.judgement.reason === 'manual') break;
      expect(checked.notJudged).toContain('waits to be judged');
    }
    expect((await post('sources/branch/judgements')).json.error.code).toBe('unknown-snapshot');
    expect((await bench.actions()).at(-1)).toEqual({
      actor: `token:${prefix}`,
      action: 'judgement-asked',
      source: 'hq',
    });
  });

  it('is told in pages to an admin', async () => {
    const { actions } = (await get('actions?limit=2')).json;
    const next = (await get(`actions?limit=2&before=${actions[1].id}`)).json.actions;
    expect([actions[0].id - 1, actions[1].id - 1]).toEqual([actions[1].id, next[0].id]);
  });
});

describe('a token for one source', () => {
  let scoped: string;
  beforeAll(async () => {
    scoped = (await bench.token('admin', ['branch'])).token;
  });

  const paths = Object.entries((apiDocument() as { paths: Record<string, object> }).paths).flatMap(
    ([path, methods]) =>
      Object.keys(methods).flatMap((method) =>
        path.includes('{source}') ? [[method.toUpperCase(), path]] : [],
      ),
  );

  it.each(paths)('sees no difference between another one and none: %s %s', async (method = '', path = '') => {
    const [other, none] = await Promise.all(
      ['hq', 'nosuch'].map(async (source) => {
        const at = path.replace('{source}', source).replace(/\{(finding|message)\}/, '1');
        const { status, body } = await bench.ask(at, { method, token: scoped });
        return [status, body.replaceAll(source, '*')];
      }),
    );
    expect(other).toEqual(none);
    expect(other?.[0]).toBe(404);
  });

  it('sees its own, and only that, in what is about all of them', async () => {
    expect((await get('sources', scoped)).json.sources.map((one: { source: string }) => one.source)).toEqual([
      'branch',
    ]);
    expect((await get('findings', scoped)).json).toEqual({ findings: [] });
    const { actions } = (await get('actions', scoped)).json;
    expect(new Set(actions.map((one: { source: string }) => one.source))).toEqual(new Set(['branch']));
    for (const path of ['/', '/health', '/metrics']) {
      const { status, body } = await bench.ask(path, { token: scoped });
      expect(status).toBe(200);
      expect(body).toContain('branch');
      expect(body).not.toMatch(/\bhq\b/);
    }
  });
});

describe('a request', () => {
  it.each([
    'sources/hq/drift?form=1',
    'sources/hq/drift?from=1&from=2',
    'sources/hq/drift?from[]=1',
    'sources/hq/drift?from=yesterday',
    'sources/hq/drift?from=2&to=1',
    'sources/hq/snapshots?limit=0',
    'sources/hq/snapshots?limit=100000',
    'sources/hq/snapshots?limit=ten',
    'sources/hq/snapshots?before=0',
    'sources/hq/coverage?before=yesterday',
    'sources/hq/coverage?before=0000-01-01T00:00:00Z',
    'sources/hq/messages?before=first',
    'sources/hq/access?principal=a%00b',
    'check?failOn=bad',
    'sources/hq/access?people=yes',
    'sources/hq/report?format=pdf',
    'sources/hq/findings?severity=bad',
    'actions?before=-1',
  ])('that makes no sense is told so: %s', async (path) => {
    const { status, json } = await get(path);
    expect([status, json.error.code]).toEqual([400, 'usage']);
    expect(json.error.message.length).toBeGreaterThan(10);
  });

  it.each([
    ['is no JSON', '{"reason":', 400],
    ['is a list', '[]', 400],
    ['has a key too many', '{"reason":"x","actor":"somebody else"}', 400],
    ['has a key of every object', '{"reason":"x","__proto__":{}}', 400],
    ['has another one', '{"reason":"x","constructor":{}}', 400],
    ['has a list for a text', '{"reason":["x"]}', 400],
    ['has what no database keeps', '{"reason":"a\\u0000b"}', 400],
    ['has no reason', '{"reason":"  "}', 400],
    ['is too large', JSON.stringify({ reason: 'x'.repeat(70_000) }), 413],
  ])('whose body %s is refused', async (_, body, status) => {
    const refused = await post('sources/hq/findings/1/acknowledge', body);
    expect(refused.status).toBe(status);
    expect(refused.json.error.message).toMatch(/^[a-z]/); // our words, not those of a parser
  });

  it('whose body is not sent as JSON is told how it would be', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const body of [undefined, 'from=1']) {
      const asking = { method: 'POST', token: admin, ...(body && { body, headers }) };
      const { status, json } = await bench.ask('/api/v1/sources/hq/evidence', asking);
      expect([status, json.error.message]).toEqual([400, expect.stringContaining('must be a JSON object')]);
    }
  });

  it('for what is not there is told so', async () => {
    expect((await get('nothing')).json.error.code).toBe('unknown-path');
    expect((await bench.ask('/api/v1/nothing', { method: 'DELETE', token: admin })).status).toBe(404);
  });

  it.each([
    ['DELETE', '/api/v1/sources', 'GET'],
    ['PUT', '/api/v1/sources/hq/legal-holds', 'GET, POST'],
    ['GET', '/api/v1/sources/hq/runs', 'POST'],
    ['PATCH', '/health/live', 'GET'],
    ['POST', '/', 'GET'],
  ])('has the method %s refused at %s, and says which there are: %s', async (method, path, allow) => {
    const { status, headers, json } = await bench.ask(path, { method, token: admin });
    expect([status, headers['allow'], json.error.code]).toEqual([405, allow, 'unknown-method']);
    expect(json.error.message).toContain(allow);
  });

  it.each(['1e3', '0x1', '%201', '1.0', '+1', '1_0', '99999999999999999', 'NaN', '-1', '0'])(
    'takes %s for no number',
    async (number) => {
      for (const path of [
        `sources/hq/findings/${number}`,
        `sources/hq/snapshots?limit=${number}`,
        `sources/hq/alerts?seq=${number}`,
      ])
        expect([path, (await get(path)).status]).toEqual([path, 400]);
      expect(
        (await bench.ask(`/api/v1/tokens/${number}/revoke`, { method: 'POST', token: admin, body: {} }))
          .status,
      ).toBe(400);
    },
  );

  it('takes numbers as people write them', async () => {
    expect((await get('sources/hq/snapshots?limit=1')).json.snapshots).toHaveLength(1);
    expect((await get('sources/hq/findings/0009999')).status).toBe(404);
    expect((await get('sources/hk/drift')).json.error.message).toContain('did you mean "hq"?');
  });
});

describe('the description', () => {
  it('is the one that is checked in', async () => {
    const file: unknown = JSON.parse(await readFile('docs/openapi.json', 'utf8'));
    expect(file).toEqual(JSON.parse(JSON.stringify(apiDocument())));
    expect((await get('openapi.json')).json).toEqual(file);
  });

  it('names every path that docs/api.md names, and the other way round', async () => {
    const page = await readFile('docs/api.md', 'utf8');
    const { paths } = apiDocument() as { paths: Record<string, Record<string, object>> };
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const named = [...page.matchAll(/^\| `(GET|POST) (\S+?)` \|/gm)].map(
      ([, method, path]) => `${method} ${path}`,
    );
    expect(named.sort()).toEqual(described.sort());
  });
});

describe('for Prometheus', () => {
  it('there are numbers and no names of people', async () => {
    const { status, headers, body } = await bench.ask('/metrics');
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    expect(body).toMatch(/^rolewatch_slots\{source="hq",state="published"\} 3$/m);
    expect(body).toMatch(/^rolewatch_last_published_age_seconds\{source="hq"\} \d+$/m);
    expect(body).toMatch(/^rolewatch_source_paused\{source="branch"\} 0$/m);
    expect(body).toMatch(/^rolewatch_open_findings\{source="hq",severity="\w+"\} [1-9]/m);
    expect(body).toMatch(/^nodejs_eventloop_lag_seconds [\d.]/m);
    expect(body).toContain('route="/api/v1/sources/:source/drift",method="GET",status="200"');
    expect(body).not.toMatch(/\b(sue|root|bob)\b/);
  });
});
