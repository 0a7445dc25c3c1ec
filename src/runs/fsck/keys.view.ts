import type { Sql } from '../../platform/tx.js';
import type { BadRow, StoreCheck } from './check.js';

/** What may be there once, beside what a primary key says. */
const ONCE = [
  ...['bucket_open', 'grant_open', 'link_open', 'record_open', 'role_permission_open', 'watch_open'],
  ...['judgement_due_once', 'legal_hold_open', 'legal_hold_source_open', 'outbox_once_a_slot'],
  ...[
    'retention_run_open',
    'retention_run_source_night_key',
    'api_token_prefix_key',
    'outbox_message_id_key',
  ],
  ...['identity_source_name_space_match_key_key', 'finding_source_rule_subject_kind_subject_id_fields_key'],
];

export const keysCheck: StoreCheck = {
  id: 'keys',
  invariant: 'the keys that keep anything from being there twice are in force, and new numbers are new',
  proves: 'two processes cannot do the same thing, and the next row finds a number that nobody has',
  async *run(sql) {
    yield* missingKeys(sql);
    yield* sequencesBehind(sql);
  },
};

async function* missingKeys(sql: Sql): AsyncGenerator<BadRow> {
  const missing = await sql.query<{ key: string }>(
    `select k as key from unnest($1::text[]) as k
      where not exists (select from pg_index where indexrelid = to_regclass(quote_ident(k)) and indisunique and indisvalid)
      union all
     select relname || '_pkey' from pg_class c
      where relnamespace = 'public'::regnamespace and relkind = 'r' and relpersistence = 'p'
        and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary and i.indisvalid)
      order by 1`,
    [ONCE],
  );
  for (const { key } of missing)
    yield { table: 'pg_index', key: { index: key }, says: 'it is missing or not valid, and must be there' };
}

/** As after a restore of rows without them: every new row would meet the key of an old one. */
async function* sequencesBehind(sql: Sql): AsyncGenerator<BadRow> {
  const sequences = await sql.query<{ sequence: string; table: string; column: string; last: string }>(
    `select s.relname as sequence, quote_ident(t.relname) as "table", quote_ident(a.attname) as column,
            coalesce(pg_sequence_last_value(s.oid), 0)::text as last
       from pg_class s
       join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = s.oid and d.deptype in ('a', 'i')
       join pg_class t on t.oid = d.refobjid
       join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
      where s.relkind = 'S' and s.relnamespace = 'public'::regnamespace
      order by 1`,
  );
  for (const { sequence, table, column, last } of sequences) {
    const [row] = await sql.query<{ highest: string }>(
      `select max(${column})::text as highest from ${table} having max(${column}) > $1::bigint`,
      [last],
    );
    if (row === undefined) continue;
    const mend = `"SELECT setval('${sequence}', ${row.highest})" as the owner of the tables`;
    const says = `it is at ${last}, and ${table} has ${row.highest}: what is new meets what is there. ${mend}`;
    yield { table: 'pg_sequences', key: { sequencename: sequence }, says };
  }
}
