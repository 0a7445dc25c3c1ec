/**
 * Days and weeks of a site in virtual time, from one seed: sources with schedules in several zones, processes that die, sleep and
 * lose their connections between any two steps, people, and a plain model of what must come of it.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { within } from '../../../src/platform/within.js';
import { long, seed, times } from '../support/tier.js';
import { History } from './history.js';

const SEEDS = Number(
  process.env.ROLEWATCH_SEEDS ?? (process.env.ROLEWATCH_SEED === undefined ? times(1, 20) : 1),
);
const DAYS = Number(process.env.ROLEWATCH_DAYS ?? times(1, 10));

/** A history that hangs is told with its steps; jest itself would know nothing of them. */
const LIMIT_MS = (long ? 30 : 10) * 60_000;
jest.setTimeout(LIMIT_MS + 60_000);

beforeAll(() => jest.spyOn(Math, 'random').mockReturnValue(0.5));
afterAll(() => jest.restoreAllMocks());

describe('a site in virtual time', () => {
  it.each(Array.from({ length: SEEDS }, (_, n) => seed + n))(
    'holds what it promises (ROLEWATCH_SEED=%d)',
    async (of) => {
      const history = await History.begin(of, DAYS);
      try {
        let wrong: readonly string[] = [`it has not come to its end after ${LIMIT_MS / 60_000} minutes`];
        const lived = history.live().then(
          (found) => (wrong = found),
          (error: unknown) => (wrong = [String(error instanceof Error ? error.stack : error)]),
        );
        await within(LIMIT_MS, lived);
        expect(told(of, wrong, history.world.trace)).toEqual([]);
      } finally {
        await history.world.close();
      }
    },
  );
});

/** With what happened, step by step, so that it can be looked at and played again. */
function told(of: number, wrong: readonly string[], trace: readonly string[]): readonly string[] {
  if (wrong.length === 0) return [];
  const file = join(tmpdir(), `rolewatch-simulation-${of}.txt`);
  writeFileSync(file, [...trace, '', ...wrong].join('\n'));
  return [`ROLEWATCH_SEED=${of} ROLEWATCH_DAYS=${DAYS}, every step in ${file}`, ...wrong];
}
