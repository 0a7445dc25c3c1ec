import type { Sql } from '../platform/tx.js';
import type { Situation } from './why-due.js';

interface Row {
  readonly lastSeq: number;
  readonly waiting: boolean;
  readonly seq: number | null;
  readonly rulesetDigest: string;
  readonly waiversDigest: string;
  readonly asOf: Date;
  readonly ownAccount: string | null;
  readonly now: Date;
}

/** How judging of a source stands; null where the source is not known. */
export async function situationOf(
  sql: Sql,
  source: string,
): Promise<(Situation & { readonly ownAccount: string | null }) | null> {
  const [row] = await sql.query<Row>(
    `select s.last_seq as "lastSeq", clock_timestamp() as now,
            exists (select from judgement_due d where d.source = s.name) as waiting,
            j.seq, j.ruleset_digest as "rulesetDigest", j.waivers_digest as "waiversDigest", j.as_of as "asOf",
            j.own_account::text as "ownAccount"
       from source s
       left join lateral (select * from judgement where source = s.name order by id desc limit 1) j on true
      where s.name = $1`,
    [source],
  );
  if (row === undefined) return null;
  const { lastSeq, waiting, now, ownAccount, seq, ...judged } = row;
  return { lastSeq, waiting, now, ownAccount, judged: seq === null ? null : { seq, ...judged } };
}
