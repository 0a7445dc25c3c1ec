/** What must hold whatever was thrown: while the fault lasts, and once it has ended. */
import type { RunOutcome } from '../../../src/runs/claim.js';
import { falselyGone, type Lists } from '../../medium/pipeline/lists.js';
import type { Watched } from '../../medium/pipeline/watched.js';

/** What an operator cannot act on: pieces of programs, and nothing where something is due. */
const NO_WORDS =
  /undefined|\[object|(?<!")\bNaN\b|\bat \S+ \(|\.(?:ts|js):\d|node_modules|TypeError|RangeError|^\s*$/;
/** Every reason says of which list, or which step, it speaks. */
const NAMES_THE_THING =
  /ping|device_spaces|users|user_summary|ldap_entity_summary|roles|access_?tokens|members/i;
const ENDED = ['published', 'failed', 'missed'];

/**
 * A run with the fault in place: published, or failed for a reason; nobody gone who is there.
 * @param renames the fault gives somebody another key: under the old one he is truly gone
 */
export async function during(watched: Watched, before: Lists, renames = false): Promise<RunOutcome> {
  const { pipeline } = watched;
  const outcome = await pipeline.run();
  if (!renames) expect(falselyGone(before, await watched.stored(), watched.upstream())).toEqual([]);
  if (outcome.outcome === 'published') {
    const doubts = await pipeline.doubts(outcome.seq ?? 0);
    for (const { why, verdict } of doubts) if (verdict !== 'complete') expectWords(why);
  } else {
    expect(outcome.outcome).toBe('failed');
    expectWords(outcome.why);
    expect(outcome.why).toMatch(NAMES_THE_THING);
  }
  return outcome;
}

/** The fault has ended: the next run publishes, and the store says what is so. @returns that snapshot */
export async function afterwards(watched: Watched): Promise<number> {
  const { pipeline } = watched;
  const seq = await pipeline.publish();
  expect(await pipeline.doubts(seq)).toEqual([]);
  expect(await watched.untruths()).toEqual([]);
  return seq;
}

/** Whatever happened: the store holds together, every slot has ended in one way, and no secret is in it. */
export async function expectSound({
  pipeline,
  secrets,
}: Pick<Watched, 'pipeline' | 'secrets'>): Promise<void> {
  expect(await pipeline.fsck()).toEqual([]);
  const slots = await pipeline.db.query<{ state: string; why: string | null }>('select state, why from slot');
  for (const { state, why } of slots) {
    expect(ENDED).toContain(state);
    if (state !== 'published') expectWords(why ?? '');
  }
  const told = await pipeline.db.query<{ text: string }>(
    `select coalesce(why, '') as text from slot union all select coalesce(why, '') from observation
     union all select coalesce(why, '') from run`,
  );
  for (const { text } of told) for (const secret of secrets) expect(text).not.toContain(secret);
}

export function expectWords(why: string | null | undefined): void {
  expect(why).toEqual(expect.any(String));
  expect(why).not.toMatch(NO_WORDS);
}
