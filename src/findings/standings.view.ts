import { Alike } from '../platform/alike.js';
import type { Sql } from '../platform/tx.js';
import type { Because, ViolationSubject } from '../rules/verdicts.js';
import type { Standing } from './finding.js';
import type { PastMatch } from './waiver.js';

interface Row extends Omit<Standing, 'subject' | 'because' | 'matched'> {
  readonly kind: ViolationSubject['kind'];
  readonly subject: string;
  /** JSON: thousands of findings stand on the same. */
  readonly because: string;
  readonly matched: string;
}

const ROWS_AT_ONCE = 2_000;

/** Every finding of a source as it stands, resolved ones included. What they have alike is in memory once. */
export async function standingsOf(sql: Sql, source: string): Promise<Standing[]> {
  const [becauses, matches] = [new Alike<readonly Because[]>(), new Alike<readonly string[]>()];
  const messages = new Alike<string>();
  const standings: Standing[] = [];
  for (let last = 0, more = true; more;) {
    const rows = await sql.query<Row>(
      `select f.id, f.rule, f.subject_kind as kind, f.subject_id as subject, f.fields, e.no, e.state, e.severity,
              e.message, e.because::text as because, e.matched::text as matched, e.waiver
         from finding f
         join lateral (select * from finding_event where source = f.source and finding = f.id order by no desc limit 1) e on true
        where f.source = $1 and f.id > $2 order by f.id limit $3`,
      [source, last, ROWS_AT_ONCE],
    );
    for (const { kind, subject, message, because, matched, ...row } of rows)
      standings.push({
        ...row,
        subject: { kind, id: subject },
        message: messages.of(message, () => message),
        because: becauses.of(because, () => JSON.parse(because) as Because[]),
        matched: matches.of(matched, () => JSON.parse(matched) as string[]),
      });
    last = rows.at(-1)?.id ?? last;
    more = rows.length === ROWS_AT_ONCE;
  }
  return standings;
}

/** What the findings of some rules ever matched, oldest first. */
export async function pastMatches(sql: Sql, source: string, rules: readonly string[]): Promise<PastMatch[]> {
  return sql.query<PastMatch>(
    `select e.finding, e.severity, e.matched, e.matched_digest as fingerprint,
            case e.kind when 'waived' then e.waiver ->> 'id' end as waiver
       from finding f join finding_event e on e.source = f.source and e.finding = f.id
      where f.source = $1 and f.rule = any ($2) order by e.finding, e.no`,
    [source, rules],
  );
}
