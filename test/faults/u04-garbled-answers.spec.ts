/** U4: answers cut at every byte, with bits flipped anywhere, and texts that are no JSON of ours. */
import { text } from '../../demo/estate/faults.js';
import type { Fault } from '../../demo/estate/simulated-server.js';
import { seeded } from '../medium/pipeline/mutators.js';
import { seed, times } from './support/tier.js';
import { GROUNDS, inStock, Trial } from './support/trial.js';

describe.each(GROUNDS)(`$name: garbled answers (ROLEWATCH_SEED=${seed})`, (ground) => {
  let trial: Trial;
  beforeAll(async () => (trial = await Trial.start(ground)));
  afterAll(() => trial.stop());
  const random = seeded(seed);

  it('cut at every byte: never believed', async () => {
    const length = await lengthOf(trial);
    expect(length).toBeGreaterThan(500);
    for (let at = random.below(times(97, 1)); at < length; at += times(797, 1)) {
      const outcome = await trial.during(() => trial.server.inject(text.truncated(at), trial.watched.short));
      const doubts = await trial.pipeline.doubts(outcome.seq ?? 0);
      expect([at, doubts.map(({ stream, scope }) => `${stream}/${scope}`)]).toEqual([
        at,
        [trial.watched.shortList],
      ]);
      await trial.heal();
    }
    await trial.of(() => trial.heal());
  });

  // a flip within a text is another statement, which only TLS could tell from the server's own: it may rename somebody
  it('bits flipped in one answer: asked again, told, or true again with the next', async () => {
    for (let n = 0; n < times(6, 1000 * ground.share); n++) {
      const fault = text.flippedBit(random.below(3000), random.below(8));
      await trial.of(
        () => trial.server.inject(fault, { stream: random.pick(trial.watched.streams) ?? '', times: 1 }),
        undefined,
        true,
      );
    }
  });

  const OTHERS: [string, string | Buffer][] = [
    ['null', 'null'],
    ['a text', '"results"'],
    ['a list', '[]'],
    ['an empty object', '{}'],
    ['results null', '{"results":null,"totalCount":0,"resultCount":0}'],
    ['rows that are none', '{"results":[null,1,"x",[]],"totalCount":4,"resultCount":4}'],
    ['two values', '{"results":[],"totalCount":0,"resultCount":0}{}'],
    ['UTF-16', Buffer.from('{"results":[]}', 'utf16le')],
    ['white space', ' \n\t'],
    ['NaN', '{"results":[],"totalCount":NaN,"resultCount":0}'],
    ['deep objects', '{"a":'.repeat(100_000)],
    ['a number of a megabyte', `{"results":[],"totalCount":${'9'.repeat(1024 ** 2)},"resultCount":0}`],
  ];

  it.each(OTHERS)('%s', async (_, whole) => {
    const stream = random.pick(trial.watched.streams) ?? '';
    await trial.during(() => trial.server.inject(answered(whole), { stream }));
    await trial.heal();
  });

  it.each(inStock(ground, 'U4').filter(([name]) => /content|latin|key|page/.test(name)))(
    '%s',
    async (_, fault) => {
      await trial.during(() => fault.apply(trial.server));
      await trial.heal();
    },
  );

  it('and then everything is as it is', async () => {
    await trial.of(() => trial.heal());
  });
});

const answered = (whole: string | Buffer): Fault => ({
  name: 'another text',
  answer: (reply) => void (reply.whole = whole),
});

/** Of the page that is cut. */
async function lengthOf({ server, watched, pipeline }: Trial): Promise<number> {
  let length = 0;
  const measured: Fault = { name: 'measured', answer: (reply) => void (reply.rows = [...reply.rows]) };
  const told: Fault = { name: 'told', answer: (reply) => void (length ||= reply.text().length) };
  server.inject(measured, watched.short);
  server.inject(told, watched.short);
  await pipeline.publish();
  server.heal();
  return length;
}
