/** U3: connections that are refused, cut, reset, silent or slow, at any byte and in any phase. */
import { seeded } from '../medium/pipeline/mutators.js';
import type { End, Mischief } from './support/tcp-proxy.js';
import { seed, times } from './support/tier.js';
import { GROUNDS, Trial } from './support/trial.js';

/** For runs that must fail: nobody waits for an answer that will not come. */
const IMPATIENT = {
  connectMs: 300,
  headersMs: 300,
  idleMs: 300,
  pageMs: 700,
  pageBytes: 1024 ** 2,
  tries: 2,
};

describe.each(GROUNDS)(`$name: bad connections (ROLEWATCH_SEED=${seed})`, (ground) => {
  let trial: Trial;
  beforeAll(async () => (trial = await Trial.start(ground)));
  afterAll(() => trial.stop());

  const LASTING: [string, Mischief, RegExp][] = [
    ['each is reset at once', { refuse: true }, /cut the connection|ended the connection/],
    ['nothing is answered', { after: { bytes: 0, then: 'silence' } }, /no headers in time|longer than/],
    [
      'requests are swallowed',
      { way: 'up', after: { bytes: 0, then: 'silence' } },
      /no headers in time|longer than/,
    ],
    [
      'answers stop in the headers',
      { after: { bytes: 20, then: 'silence' } },
      /no headers in time|longer than/,
    ],
    ['ten bytes a second', { bytesPerSecond: 10 }, /in time|longer than|stalled/],
    [
      'ends in the headers',
      { after: { bytes: 30, then: 'half-close' } },
      /ended the connection|cut|not HTTP/,
    ],
    ['is no HTTP', { flip: { at: 0, mask: 0x20 } }, /not HTTP/],
  ];

  it.each(LASTING)('%s, every time', async (_, mischief, words) => {
    const { pipeline } = trial;
    const patient = pipeline.connection;
    pipeline.connection = { ...patient, limits: IMPATIENT };
    const outcome = await trial.during(() => trial.proxy.do(mischief));
    pipeline.connection = patient;
    expect([outcome.outcome, outcome.why]).toEqual(['failed', expect.stringMatching(words)]);
    await trial.of(() => trial.heal());
  });

  it('goes on where it was cut once', async () => {
    for (const then of ['end', 'reset', 'half-close', 'silence'] as const) {
      const { outcome } = await trial.of(() => trial.proxy.do({ after: { bytes: 700, then }, times: 1 }));
      expect([then, outcome]).toEqual([then, 'published']);
    }
  });

  it('waits for a slow network', async () => {
    const { outcome } = await trial.of(() => trial.proxy.do({ way: 'both', latencyMs: 20 }));
    expect(outcome).toBe('published');
  });

  it('at a byte drawn at random', async () => {
    const random = seeded(seed);
    for (let n = 0; n < times(2, 400 * ground.share); n++) {
      const then = random.pick<End>(['end', 'reset', 'half-close']) ?? 'end';
      const mischief: Mischief = {
        after: { bytes: random.below(20_000), then },
        way: random.chance(0.3) ? 'up' : 'down',
        times: 1 + random.below(6),
      };
      await trial.of(() => trial.proxy.do(mischief));
    }
  });
});
