import { inParts } from '../platform/steps.js';
import type { Tx } from '../platform/tx.js';
import type { Assessment } from '../rules/verdicts.js';
import { fingerprintOf, type Standing } from './finding.js';
import type { RuleFacts } from './judge.js';
import type { JudgementClaim } from './judgement-due.store.js';
import type { NextEvent } from './life.js';
import { applied, type Waiver, waiversDigest } from './waiver.js';

export interface JudgementDraft {
  readonly claim: JudgementClaim;
  /** Of the snapshot's manifest, hex. */
  readonly snapshotDigest: string;
  readonly rulesetDigest: string;
  /** Those in force. */
  readonly waivers: readonly Waiver[];
  readonly verdictsDigest: string;
  readonly ownAccount: string | null;
  readonly assessments: readonly Assessment[];
  readonly rules: readonly RuleFacts[];
  readonly previous: readonly Standing[];
  readonly events: readonly NextEvent[];
}

/** An event with the number of its finding. */
export interface RecordedEvent extends Omit<NextEvent, 'finding'> {
  readonly finding: NextEvent['finding'] & { readonly id: number };
  readonly no: number;
}

export interface RecordedJudgement {
  readonly id: number;
  readonly events: readonly RecordedEvent[];
}

/** Writes a judgement with all that comes of it, in the transaction that has locked the source's findings. */
export async function recordJudgement(tx: Tx, draft: JudgementDraft): Promise<RecordedJudgement> {
  const { claim } = draft;
  const [row] = await tx.query<{ id: number }>(
    `INSERT INTO judgement (source, id, seq, snapshot_digest, ruleset_digest, waivers_digest, waivers, verdicts_digest, own_account, as_of, reason)
     SELECT $1, coalesce(max(id), 0) + 1, $2, decode($3, 'hex'), $4, $5, $6, $7, $8, $9, $10 FROM judgement WHERE source = $1
     RETURNING id`,
    [
      claim.source,
      claim.seq,
      draft.snapshotDigest,
      draft.rulesetDigest,
      waiversDigest(draft.waivers),
      draft.waivers.map(({ id }) => id).sort(),
      draft.verdictsDigest,
      draft.ownAccount,
      claim.asOf,
      claim.reason,
    ],
  );
  if (row === undefined) throw new Error('an aggregate always gives a row');
  await recordWaivers(tx, claim.source, draft.waivers);
  await recordAssessments(tx, row.id, draft);
  const events = numbered(draft);
  await recordFindings(tx, claim.source, row.id, events);
  await recordEvents(tx, claim.source, row.id, events);
  return { id: row.id, events };
}

/** A file may be edited: what was accepted is kept as it stood when it was first in force. */
async function recordWaivers(tx: Tx, source: string, waivers: readonly Waiver[]): Promise<void> {
  const rows = waivers.map(({ subject, ...waiver }) => {
    return { ...waiver, kind: subject.kind, subject: subject.id };
  });
  await tx.execute(
    `INSERT INTO waiver (source, id, rule, subject_kind, subject_id, fields, reason, approver, valid_from, valid_until, accepts)
     SELECT $1, w.id, w.rule, w.kind, w.subject, w.fields, w.reason, w.approver, w.from, w.until, w.accepts
       FROM jsonb_to_recordset($2) AS w (id text, rule text, kind text, subject text, fields jsonb, reason text, approver text,
                                         "from" timestamptz, until timestamptz, accepts text)
         ON CONFLICT DO NOTHING`,
    [source, JSON.stringify(rows)],
  );
}

async function recordAssessments(tx: Tx, judgement: number, draft: JudgementDraft): Promise<void> {
  const texts = new Map(draft.rules.map((rule) => [rule.id, rule]));
  const rows = draft.assessments.map((one) => {
    const text = texts.get(one.rule);
    if (text === undefined) throw new Error(`the ruleset assesses "${one.rule}", which is none of its rules`);
    return { ...one, version: text.version, digest: text.digest };
  });
  await tx.execute(
    `INSERT INTO assessment (source, judgement, rule, rule_version, rule_digest, judged, violated, unassessable, may_resolve, why, error)
     SELECT $1, $2, a.rule, a.version, a.digest, a.judged, a.violated, a.unassessable, a."mayResolve", a.why, a.error
       FROM jsonb_to_recordset($3) AS a (rule text, version text, digest text, judged int, violated int, unassessable int,
                                         "mayResolve" boolean, why text, error text)`,
    [draft.claim.source, judgement, JSON.stringify(rows)],
  );
}

/** New findings get the next numbers in the order of their events; every event the next of its finding. */
function numbered({ previous, events }: JudgementDraft): RecordedEvent[] {
  let lastId = previous.reduce((most, { id }) => Math.max(most, id), 0);
  let opened: NextEvent['finding'] | undefined;
  const lastNo = new Map(previous.map(({ id, no }) => [id, no]));
  return events.map((event) => {
    if (event.finding.id === null && event.finding !== opened) {
      opened = event.finding;
      lastId++;
    }
    const id = event.finding.id ?? lastId;
    const no = (lastNo.get(id) ?? 0) + 1;
    lastNo.set(id, no);
    return { ...event, finding: { ...event.finding, id }, no };
  });
}

async function recordFindings(
  tx: Tx,
  source: string,
  judgement: number,
  events: readonly RecordedEvent[],
): Promise<void> {
  const opened = events.filter(({ kind }) => kind === 'opened');
  for (const part of inParts(opened)) {
    const rows = part.map(({ finding: { id, rule, subject, fields } }) => {
      return { id, rule, kind: subject.kind, subject: subject.id, fields };
    });
    await tx.execute(
      `INSERT INTO finding (source, id, rule, subject_kind, subject_id, fields, opened_by)
       SELECT $1, f.id, f.rule, f.kind, f.subject, f.fields, $2
         FROM jsonb_to_recordset($3) AS f (id int, rule text, kind text, subject text, fields jsonb)`,
      [source, judgement, JSON.stringify(rows)],
    );
  }
}

async function recordEvents(
  tx: Tx,
  source: string,
  judgement: number,
  events: readonly RecordedEvent[],
): Promise<void> {
  // events of one finding stand beside each other: none comes before its predecessor
  for (const part of inParts(events)) {
    const rows = part.map(({ finding: { id }, no, kind, state, match, why, waiver }) => ({
      ...{ id, no, kind, state, why, ...match },
      digest: fingerprintOf(match.matched),
      // absent, not JSON's null: the column is then null
      ...(waiver && { waiver: applied(waiver) }),
    }));
    await tx.execute(
      `INSERT INTO finding_event (source, finding, no, kind, state, severity, message, because, matched, matched_digest, judgement, why, waiver)
       SELECT $1, e.id, e.no, e.kind, e.state, e.severity, e.message, e.because, e.matched, e.digest, $2, e.why, e.waiver
         FROM jsonb_to_recordset($3) AS e (id int, no int, kind text, state text, severity text, message text, because jsonb,
                                           matched jsonb, digest text, why text, waiver jsonb)
        ORDER BY e.id, e.no`,
      [source, judgement, JSON.stringify(rows)],
    );
  }
}
