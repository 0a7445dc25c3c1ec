import type { Sql } from '../platform/tx.js';

/** Tables whose rows are the state; buckets follow from them. */
export const STATE_TABLES = ['record', 'grant_', 'link', 'role_permission'] as const;
export type StateTable = (typeof STATE_TABLES)[number];

/** What makes two rows versions of one thing, and what they say about it. Digests and versions of forms are neither. */
const KEYS: Readonly<Record<StateTable, readonly string[]>> = {
  record: ['stream', 'scope', 'identity_id'],
  grant_: ['stream', 'scope', 'identity_id', 'principal', 'target', 'in_scope'],
  link: ['identity_id', 'to_identity_id'],
  role_permission: ['scope', 'role', 'permission'],
};
const CONTENTS: Readonly<Record<StateTable, readonly string[]>> = {
  record: ['body', 'commit', 'merged'],
  grant_: [],
  link: ['reason'],
  role_permission: [],
};

/** One thing that differs: absent on one side, or with other content. Ids are decimal text, `commit` is hex. */
export interface Difference {
  readonly table: StateTable;
  readonly key: Readonly<Record<string, string>>;
  readonly from: Readonly<Record<string, unknown>> | null;
  readonly to: Readonly<Record<string, unknown>> | null;
}

/** How many differences are fetched at a time. */
const BATCH = 1000;

/**
 * The rows that differ between any two snapshots, in the order of their tables and keys. Only keys touched in between
 * are looked at, so that what came and went again is nothing and the cost is what changed; memory is flat.
 */
export async function* differences(
  sql: Sql,
  source: string,
  from: number,
  to: number,
  batch = BATCH,
): AsyncGenerator<Difference> {
  for (const table of STATE_TABLES) {
    let last: readonly string[] | null = null;
    for (;;) {
      const rows: Difference[] = await sql.query<Difference>(statement(table, last !== null), [
        source,
        from,
        to,
        batch,
        ...(last ?? []),
      ]);
      yield* rows;
      const end = rows.at(-1);
      if (end === undefined || rows.length < batch) break;
      last = KEYS[table].map((column) => end.key[column] ?? '');
    }
  }
}

/** Parameters: source, from, to, batch; then, when going on, the last key. */
function statement(table: StateTable, goesOn: boolean): string {
  const keys = KEYS[table].map((column) => `${sortable('t', column)} as ${column}`).join(', ');
  const key = (row: string): string =>
    `row(${KEYS[table].map((column) => sortable(row, column)).join(', ')})`;
  const names = KEYS[table].join(', ');
  const start = `(${KEYS[table].map((column, index) => parameter(column, index + 5)).join(', ')})`;
  return `
    with touched as (
      select distinct ${keys} from ${table} t
       where t.source = $1
         and ((t.from_seq > least($2::int, $3::int) and t.from_seq <= greatest($2::int, $3::int))
           or (t.until_seq > least($2::int, $3::int) and t.until_seq <= greatest($2::int, $3::int)))
    ), sides as (
      select touched.*, (${contentAt(table, key, '$2::int')}) as a, (${contentAt(table, key, '$3::int')}) as b from touched
    )
    select '${table}' as "table", jsonb_build_object(${textual(KEYS[table])}) as key, a as "from", b as "to"
      from sides t
     where a is distinct from b ${goesOn ? `and (${names}) > ${start}` : ''}
     order by ${names} limit $4`;
}

function contentAt(table: StateTable, key: (row: string) => string, seq: string): string {
  const content = CONTENTS[table].map((column) => `'${column}', ${shown(column)}`).join(', ');
  return `select jsonb_build_object(${content}) from ${table} r
           where r.source = $1 and ${key('r')} = ${key('touched')}
             and r.from_seq <= ${seq} and (r.until_seq is null or r.until_seq > ${seq})`;
}

const isNumber = (column: string): boolean => column === 'principal' || column.endsWith('identity_id');
const sortable = (row: string, column: string): string =>
  `${row}.${column}${isNumber(column) ? '' : ' collate "C"'}`;
const parameter = (column: string, index: number): string =>
  `$${index}${isNumber(column) ? '::bigint' : '::text'}`;
const textual = (columns: readonly string[]): string =>
  columns.map((column) => `'${column}', t.${column}::text`).join(', ');
const shown = (column: string): string =>
  column === 'commit' ? `encode(r."commit", 'hex')` : `r."${column}"`;
