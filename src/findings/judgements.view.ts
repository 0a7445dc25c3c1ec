import type { Sql } from '../platform/tx.js';
import type { JudgementReason } from './why-due.js';

export interface AssessmentView {
  readonly rule: string;
  readonly ruleVersion: string;
  readonly ruleDigest: string;
  readonly judged: number;
  readonly violated: number;
  readonly unassessable: number;
  readonly mayResolve: boolean;
  readonly why?: string;
  readonly error?: string;
}

/** One judging of one snapshot by one ruleset. */
export interface JudgementView {
  readonly id: number;
  readonly seq: number;
  readonly snapshotDigest: string;
  readonly rulesetDigest: string;
  readonly waiversDigest: string;
  readonly verdictsDigest: string;
  readonly ownAccount: string | null;
  readonly asOf: Date;
  readonly reason: JudgementReason;
  readonly recordedAt: Date;
  /** In the order of the rules' ids. */
  readonly assessments: readonly AssessmentView[];
}

type AssessmentRow = Omit<AssessmentView, 'why' | 'error'> & {
  readonly why: string | null;
  readonly error: string | null;
};

/** The latest judgement of a source, or null before the first. */
export async function latestJudgement(sql: Sql, source: string): Promise<JudgementView | null> {
  const [judgement] = await sql.query<Omit<JudgementView, 'assessments'>>(
    `select id, seq, encode(snapshot_digest, 'hex') as "snapshotDigest", ruleset_digest as "rulesetDigest",
            waivers_digest as "waiversDigest", verdicts_digest as "verdictsDigest", own_account::text as "ownAccount",
            as_of as "asOf", reason, recorded_at as "recordedAt"
       from judgement where source = $1 order by id desc limit 1`,
    [source],
  );
  if (judgement === undefined) return null;
  const assessments = await sql.query<AssessmentRow>(
    `select rule, rule_version as "ruleVersion", rule_digest as "ruleDigest", judged, violated, unassessable,
            may_resolve as "mayResolve", why, error
       from assessment where source = $1 and judgement = $2 order by rule collate "C"`,
    [source, judgement.id],
  );
  return {
    ...judgement,
    assessments: assessments.map(({ why, error, ...assessment }) => ({
      ...assessment,
      ...(why !== null && { why }),
      ...(error !== null && { error }),
    })),
  };
}

/** What could not be judged, and why. */
export function notAssessable({ assessments }: JudgementView): { rule: string; why: string }[] {
  return assessments
    .filter(({ unassessable, error }) => unassessable > 0 || error !== undefined)
    .map(({ rule, unassessable, judged, why, error }) => {
      if (error !== undefined) return { rule, why: `the rule failed: ${error}` };
      return { rule, why: `${String(unassessable)} of ${String(judged)}: ${why ?? 'not known'}` };
    });
}
