/** U1: status codes that say "not now", with and without a time to wait, at every list. */
import { connection } from '../../demo/estate/faults.js';
import { seeded } from '../medium/pipeline/mutators.js';
import { seed, times } from './support/tier.js';
import { GROUNDS, Trial } from './support/trial.js';

const CODES = [500, 502, 503, 504, 408, 425, 429] as const;
const WAITS = [
  '0',
  '1',
  '-5',
  '1.5',
  '1e9',
  '99999999999999999999',
  '',
  'soon',
  'Wed, 21 Oct 2099 07:28:00 GMT',
];

describe.each(GROUNDS)(`$name: answers that are none (ROLEWATCH_SEED=${seed})`, (ground) => {
  let trial: Trial;
  beforeAll(async () => (trial = await Trial.start(ground)));
  afterAll(() => trial.stop());
  const random = seeded(seed);

  it('of each list, each time: said, and the rest is read', async () => {
    for (const stream of trial.watched.streams) {
      const code = random.pick(CODES) ?? 500;
      const outcome = await trial.of(() => trial.server.inject(connection.status(code), { stream }));
      if (outcome.outcome !== 'published') expect(outcome.why).toContain(String(code));
    }
  });

  it('once or twice: asked again, and nothing is missing', async () => {
    for (let n = 0; n < times(3, 300 * ground.share); n++) {
      const when = {
        stream: random.pick(trial.watched.streams) ?? '',
        from: 1 + random.below(2),
        times: 1 + random.below(2),
      };
      const wait = random.pick(WAITS) ?? '';
      const fault = connection.status(
        random.pick(CODES) ?? 503,
        random.chance(0.5) ? { 'retry-after': wait } : {},
      );
      await trial.of(() => trial.server.inject(fault, when));
    }
  });

  it('204 and other successes without a body are none', async () => {
    for (const code of [201, 202, 204, 206, 304]) {
      const fault = code === 204 ? connection.noContent() : connection.status(code);
      await trial.of(() => trial.server.inject(fault, trial.watched.main));
    }
  });
});
