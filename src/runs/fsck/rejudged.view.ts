import { NOTHING_WATCHED, type Judge, type Rulebook, verdictsDigest } from '../../findings/judge.js';
import { isRetiredAt, judgedStateOf } from '../../findings/judged-state.view.js';
import { type JudgementView, latestJudgement } from '../../findings/judgements.view.js';
import { rulesetDocument } from '../../findings/ruleset.view.js';
import { messageOf, RolewatchError } from '../../platform/errors.js';
import type { Sql } from '../../platform/tx.js';
import { knownSource } from '../../snapshots/known-source.view.js';
import { productOf } from '../../sources/source-config.js';
import type { SourceCheck } from './check.js';

/** Judges once more what was judged last. Needs nothing but the store, and a program that understands the ruleset. */
export const rejudgedCheck = (rulebook: Rulebook): SourceCheck => ({
  id: 'rejudged',
  invariant:
    'judging the last judged snapshot again, by the same ruleset as of the same time, gives the same bytes',
  proves: 'findings follow from what was read and from the rules alone',
  async *run(sql, source) {
    const judgement = await latestJudgement(sql, source);
    if (judgement === null) return;
    const bad = { table: 'judgement', key: { source, id: judgement.id } };
    const judge = await readJudge(sql, rulebook, judgement.rulesetDigest);
    if ('why' in judge) {
      yield { ...bad, says: `it cannot be judged again by this program: ${judge.why}`, note: true };
      return;
    }
    const again = await judgeAgain(sql, judge, source, judgement);
    if (typeof again !== 'string') yield { ...bad, says: `it cannot be judged again: ${again.why}` };
    else if (again !== judgement.verdictsDigest)
      yield {
        ...bad,
        says: `judging snapshot ${String(judgement.seq)} again gives something else: it was altered, or judged by another version of this program`,
      };
  },
});

/** A snapshot that somebody took away is a fault of this row; the other checks are still to come. */
async function judgeAgain(
  sql: Sql,
  judge: Judge,
  source: string,
  { seq, ownAccount, asOf }: JudgementView,
): Promise<string | { why: string }> {
  try {
    const product = productOf((await knownSource(sql, source)).kind);
    const verdicts = (await isRetiredAt(sql, source, seq))
      ? NOTHING_WATCHED
      : await judge.judge(await judgedStateOf(sql, source, seq, { product, ownAccount }), asOf);
    return verdictsDigest(verdicts);
  } catch (error) {
    if (error instanceof RolewatchError) return { why: error.message };
    throw error;
  }
}

async function readJudge(sql: Sql, rulebook: Rulebook, digest: string): Promise<Judge | { why: string }> {
  const document = await rulesetDocument(sql, digest);
  if (document === undefined) return { why: 'its ruleset is not there' };
  try {
    return rulebook.read(document);
  } catch (error) {
    return { why: messageOf(error) };
  }
}
