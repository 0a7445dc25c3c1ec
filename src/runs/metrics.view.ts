import type { Sql } from '../platform/tx.js';

export interface Counted {
  readonly source: string;
  readonly value: number;
}

/** Slots of the last seven days, by state. */
export async function slotCounts(sql: Sql): Promise<(Counted & { readonly state: string })[]> {
  return sql.query(
    `select source, state, count(*)::int as value from slot
      where due_at > now() - interval '7 days' group by source, state order by source, state`,
  );
}

/** Findings that are neither resolved nor waived, by severity. */
export async function openFindingCounts(sql: Sql): Promise<(Counted & { readonly severity: string })[]> {
  return sql.query(
    `select source, severity, count(*)::int as value
       from (select distinct on (source, finding) source, finding, state, severity from finding_event
              order by source, finding, no desc) as latest
      where state in ('open', 'reopened', 'acknowledged') group by source, severity order by source, severity`,
  );
}

/** Messages by state: those that were given up need a person. */
export async function messageCounts(sql: Sql): Promise<(Counted & { readonly state: string })[]> {
  return sql.query(
    'select source, state, count(*)::int as value from outbox group by source, state order by source, state',
  );
}
