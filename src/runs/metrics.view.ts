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

/** Since retention last succeeded. */
export async function retentionAges(sql: Sql): Promise<Counted[]> {
  return sql.query(
    `select source, floor(extract(epoch from clock_timestamp() - max(ended_at)))::int as value
       from retention_run where ended_at is not null and error is null group by source order by source`,
  );
}

/** `held`: nothing might go; `open`: not ended. */
export async function retentionCounts(sql: Sql): Promise<(Counted & { readonly outcome: string })[]> {
  return sql.query(
    `select source, case when ended_at is null then 'open' when error is not null then 'failed'
                         when why is not null then 'held' else 'done' end as outcome, count(*)::int as value
       from retention_run where started_at > now() - interval '7 days' group by 1, 2 order by 1, 2`,
  );
}

/** What went, whether or not the run got to its end. */
export async function retentionRows(sql: Sql): Promise<(Counted & { readonly table: string })[]> {
  return sql.query(
    `select source, gone.key as "table", sum(gone.value::bigint)::float8 as value
       from retention_run, jsonb_each_text(removed) as gone (key, value)
      where started_at > now() - interval '7 days' group by 1, 2 order by 1, 2`,
  );
}
