/** What somebody with all rights may do to one table, drawn from what the catalogue says of it. */
import type pg from 'pg';
import type { Random } from '../../medium/pipeline/mutators.js';

export interface Table {
  readonly name: string;
  readonly key: readonly string[];
  readonly columns: readonly Column[];
  readonly rows: number;
}

export interface Column {
  readonly name: string;
  readonly type: string;
}

/** Every table of the schema, as the catalogue knows it. */
export async function tablesOf(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<Omit<Table, 'rows' | 'key'> & { key: string[] | null }>(`
    select c.relname as name,
           (select array_agg(a.attname::text order by array_position(i.indkey::int2[], a.attnum))
              from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
             where i.indrelid = c.oid and i.indisprimary) as key,
           (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, null)) order by a.attnum)
              from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
      from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace order by c.relname`);
  const tables: Table[] = [];
  for (const table of rows) {
    const counted = await client.query<{ n: number }>(`select count(*)::int as n from ${table.name}`);
    tables.push({ ...table, key: table.key ?? [], rows: counted.rows[0]?.n ?? 0 });
  }
  return tables;
}

/** Whoever alters rows also takes away what would refuse that: checks, and every unique index but the key. */
export async function disarm(client: pg.Client, { name }: Table): Promise<void> {
  const { rows } = await client.query<{ sql: string }>(
    `select format('alter table %s drop constraint %I', conrelid::regclass, conname) as sql from pg_constraint
      where conrelid = to_regclass($1) and contype in ('c', 'f', 'u')
      union all
     select format('drop index %s', indexrelid::regclass) from pg_index
      where indrelid = to_regclass($1) and indisunique and not indisprimary`,
    [name],
  );
  for (const { sql } of rows) await client.query(sql);
}

/** Another value of the column's type. */
const OTHER: Readonly<Record<string, (column: string) => string>> = {
  text: (c) => `coalesce(${c}, '') || 'x'`,
  'text[]': (c) => `coalesce(${c}, '{}') || 'x'::text`,
  integer: (c) => `coalesce(${c}, 0) + 1`,
  bigint: (c) => `coalesce(${c}, 0) + 1`,
  'bigint[]': (c) => `coalesce(${c}, '{}') || 1::bigint`,
  smallint: (c) => `coalesce(${c}, 0) + 1`,
  date: (c) => `coalesce(${c}, '2026-01-01') + 1`,
  boolean: (c) => `not coalesce(${c}, false)`,
  bytea: (c) =>
    `case when length(${c}) > 0 then set_byte(${c}, 0, (get_byte(${c}, 0) + 1) % 256) else '\\x01' end`,
  'timestamp with time zone': (c) => `coalesce(${c}, '2026-01-01') + interval '1 millisecond'`,
  jsonb: (c) =>
    `case jsonb_typeof(${c}) when 'object' then ${c} || '{"x": 1}' when 'array' then ${c} || '["x"]' else '{"x": 1}' end`,
};

export function otherValue({ name, type }: Column): string {
  const other = OTHER[type];
  if (other === undefined) throw new Error(`say how to edit a ${type} (${name})`);
  return other(`"${name}"`);
}

/** The place of the n-th row, in the order of the key. */
export async function place(client: pg.Client, { name, key }: Table, n: number): Promise<string> {
  const order = key.map((column) => `"${column}"`).join(', ') || 'ctid';
  const { rows } = await client.query<{ ctid: string }>(
    `select ctid::text from ${name} order by ${order} offset $1 limit 1`,
    [n],
  );
  return rows[0]!.ctid;
}

/** @returns false: there is such a row already */
export async function edit(client: pg.Client, table: Table, column: Column, at: string): Promise<boolean> {
  try {
    await client.query(
      `update ${table.name} set "${column.name}" = ${otherValue(column)} where ctid = $1::tid`,
      [at],
    );
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === '23505') return false;
    throw error;
  }
}

export async function remove(client: pg.Client, table: Table, at: string): Promise<void> {
  await client.query(`delete from ${table.name} where ctid = $1::tid`, [at]);
}

/** A copy of a row, under the key that comes next. */
export async function insertCopy(client: pg.Client, table: Table, at: string, random: Random): Promise<void> {
  const numbers = table.columns.filter(
    ({ name, type }) => table.key.includes(name) && /int|timestamp/.test(type),
  );
  const changed = random.pick(numbers) ?? table.columns.find(({ name }) => table.key.includes(name))!;
  const last = /int|timestamp/.test(changed.type)
    ? `(select max("${changed.name}") from ${table.name}) + ${changed.type.startsWith('timestamp') ? `interval '1 second'` : '1'}`
    : otherValue(changed);
  const values = table.columns.map(({ name }) => (name === changed.name ? last : `"${name}"`));
  await client.query(
    `insert into ${table.name} (${table.columns.map(({ name }) => `"${name}"`).join(', ')})
     select ${values.join(', ')} from ${table.name} where ctid = $1::tid`,
    [at],
  );
}

/** Everything but the keys of two rows changes places. @returns whether that makes a difference */
export async function swap(
  client: pg.Client,
  table: Table,
  one: string,
  other: string,
  but: readonly string[],
): Promise<boolean> {
  const content = table.columns
    .map(({ name }) => name)
    .filter((name) => !table.key.includes(name) && !but.includes(name));
  if (content.length === 0) return false;
  const names = content.map((name) => `"${name}"`).join(', ');
  const differs = await client.query(
    `select from ${table.name} a, ${table.name} b where a.ctid = $1::tid and b.ctid = $2::tid
        and row (${content.map((name) => `a."${name}"`).join(', ')}) is distinct from row (${content.map((name) => `b."${name}"`).join(', ')})`,
    [one, other],
  );
  if (differs.rowCount === 0) return false;
  await client.query(
    `update ${table.name} t set (${names}) = (select ${names} from ${table.name} o
        where o.ctid = case t.ctid when $1::tid then $2::tid else $1::tid end) where t.ctid in ($1::tid, $2::tid)`,
    [one, other],
  );
  return true;
}
