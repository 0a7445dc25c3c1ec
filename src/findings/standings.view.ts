import type { Sql } from '../platform/tx.js';
import type { Because, ViolationSubject } from '../rules/verdicts.js';
import type { Standing } from './finding.js';
import type { PastMatch } from './waiver.js';

interface Row extends Omit<Standing, 'subject' | 'because'> {
  readonly kind: ViolationSubject['kind'];
  readonly subject: string;
  readonly because: readonly Because[];
}

/** Every finding of a source as it stands, resolved ones included. */
export async function standingsOf(sql: Sql, source: string): Promise<Standing[]> {
  const rows = await sql.query<Row>(
    `select f.id, f.rule, f.subject_kind as kind, f.subject_id as subject, f.fields, e.no, e.state, e.severity,
            e.message, e.because, e.matched, e.waiver
       from finding f
       join lateral (select * from finding_event where source = f.source and finding = f.id order by no desc limit 1) e on true
      where f.source = $1 order by f.id`,
    [source],
  );
  return rows.map(({ kind, subject, ...row }) => ({ ...row, subject: { kind, id: subject } }));
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
