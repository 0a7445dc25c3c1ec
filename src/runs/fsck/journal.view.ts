import { rowsOf } from '../../platform/rows.view.js';
import type { Sql } from '../../platform/tx.js';
import type { BadRow, StoreCheck } from './check.js';
import { deletedTooEarly } from './deleted-too-early.view.js';
import { JOURNALLED, type Journalled } from './journalled.js';

const TIME = `to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const CHAIN = `
  select no::text, case when no <> coalesce(before, 0) + 1 then 'the entry before it is missing'
                        else 'it is not what was hashed, or does not follow the entry before it' end as says
    from (select no, hash, lag(no) over chain as before,
                 sha256(coalesce(lag(hash) over chain, '') || convert_to(concat_ws(' ',
                   no, ${TIME}, about, how, by, coalesce(encode(content, 'hex'), '-'), key::text), 'UTF8')) as due
            from journal window chain as (order by no)) entry
   where no <> coalesce(before, 0) + 1 or hash <> due
   order by entry.no`;

export const journalChainCheck: StoreCheck = {
  id: 'journal-chain',
  invariant: 'every entry of the journal carries the hash of the one before, and none is missing',
  proves: 'what the database noted of each row is what it noted then',
  async *run(sql) {
    for await (const { no, says } of rowsOf<{ no: string; says: string }>(sql, CHAIN, []))
      yield { table: 'journal', key: { no }, says };
  },
};

export const journalCheck: StoreCheck = {
  id: 'journal',
  invariant:
    'every row that carries truth is as the journal noted it last, and none is there or gone without it',
  proves: 'nothing was edited, deleted, inserted or exchanged past the database’s own rules',
  async *run(sql) {
    // rows are hashed as text, as the database wrote it
    await sql.query(`select set_config('timezone', 'UTC', true), set_config('bytea_output', 'hex', true)`);
    for (const [table, journalled] of Object.entries(JOURNALLED)) yield* misfits(sql, table, journalled);
    yield* strayParts(sql);
    yield* unknownTables(sql);
    yield* otherWriters(sql);
    yield* adopted(sql);
    yield* deletedTooEarly(sql);
  },
};

interface MisfitRow {
  readonly key: BadRow['key'];
  readonly says: string;
}

async function* misfits(sql: Sql, table: string, journalled: Journalled): AsyncGenerator<BadRow> {
  for await (const { key, says } of rowsOf<MisfitRow>(sql, misfitsQuery(table, journalled), []))
    yield { table, key, says };
}

/** What is there against the last word of the journal on each row. */
function misfitsQuery(
  table: string,
  { key, moving = [], where, parts = {}, comparedFrom }: Journalled,
): string {
  const whole = `to_jsonb(t) - array[${moving.map((column) => `'${column}'`).join(', ')}]::text[]`;
  const groups = Object.entries(parts).map(([part, by]) => ` || ${groupOf(part, by)}`);
  const also = Object.keys(parts).length === 0 ? '' : `, or its rows in ${Object.keys(parts).join(' or ')},`;
  return `
    with noted as (
      select distinct on (key) key, how, content, no, ${TIME} as time from journal where about = '${table}' order by key, journal.no desc),
    present as (
      select jsonb_build_object(${key.map((column) => `'${column}', t.${column}`).join(', ')}) as key,
             sha256(${textOf(whole)}${groups.join('')}) as content, ${comparedFrom ?? 'true'} as compared
        from ${table} t ${where === undefined ? '' : `where t.${where}`})
    select key,
           case when how is null then 'the journal does not know it: it was not written by Rolewatch'
                when present.content is null then 'it is missing: it was written at ' || time || ' (entry ' || no || ' of the journal)'
                when how = 'deleted' then 'it is there again: it was deleted at ' || time || ' (entry ' || no || ' of the journal)'
                else 'it${also} is not what was written at ' || time || ' (entry ' || no || ' of the journal)' end as says
      from noted full join present using (key)
     where how is null or (present.content is distinct from noted.content and coalesce(compared, true))
     order by key`;
}

/** Nulls are left out: a column that came later changes nothing where it is null. */
function textOf(whole: string): string {
  return `convert_to((select jsonb_object_agg(k, v) from jsonb_each(${whole}) as e (k, v) where v <> 'null')::text, 'UTF8')`;
}

function groupOf(part: string, by: Readonly<Record<string, string>>): string {
  const mine = Object.entries(by).map(([there, here]) => `p.${there} = t.${here}`);
  return `(select sha256(coalesce(string_agg(h, '' order by h), '')) from
     (select sha256(${textOf('to_jsonb(p)')}) as h from ${part} p where ${mine.join(' and ')}) q)`;
}

/** A row that belongs to one that is not there was hashed with none. */
async function* strayParts(sql: Sql): AsyncGenerator<BadRow> {
  for (const [whole, { parts = {} }] of Object.entries(JOURNALLED)) {
    for (const [part, by] of Object.entries(parts)) {
      const same = Object.entries(by).map(([there, here]) => `p.${there} = t.${here}`);
      const key = Object.keys(by).map((column) => `'${column}', p.${column}`);
      const query = `select distinct jsonb_build_object(${key.join(', ')}) as key, 'the ${whole} that it belongs to is missing' as says
        from ${part} p where not exists (select from ${whole} t where ${same.join(' and ')}) order by 1`;
      for await (const row of rowsOf<MisfitRow>(sql, query, [])) yield { table: part, ...row };
    }
  }
}

/** An entry about a table that this program does not look at proves nothing. */
async function* unknownTables(sql: Sql): AsyncGenerator<BadRow> {
  const unknown = await sql.query<{ no: string; about: string }>(
    'select min(no)::text as no, about from journal where about <> all ($1::text[]) group by about order by 1',
    [Object.keys(JOURNALLED)],
  );
  for (const { no, about } of unknown)
    yield { table: 'journal', key: { no }, says: `it is about ${about}, which has no journal here` };
}

/** Triggers note who wrote; that is this role, unless the service was moved from one to another, or somebody wrote past it. */
async function* otherWriters(sql: Sql): AsyncGenerator<BadRow> {
  const writers = await sql.query<WriterRow>(
    `select by, n, no, about, key, coalesce(rolsuper, false) as almighty
       from (select by, count(*) over (partition by by)::text as n, no::text, about, key,
                    row_number() over (partition by by order by journal.no) as place
               from journal
              where how <> 'adopted' and by <> case current_setting('role') when 'none' then session_user::text else current_setting('role') end) other
       left join pg_roles on rolname = by
      where place = 1 order by by`,
  );
  for (const { by, n, no, about, key, almighty } of writers) {
    const says = `it was written by ${by}, and not by Rolewatch: the first of ${n} such writes (entry ${no} of the journal)`;
    yield almighty ? { table: about, key, says } : { table: about, key, says: noteOn(by, n), note: true };
  }
}

const noteOn = (by: string, n: string): string =>
  `${n} writes were those of the role ${by}: was Rolewatch run as that?`;

interface WriterRow {
  readonly by: string;
  readonly n: string;
  readonly no: string;
  readonly about: string;
  readonly key: BadRow['key'];
  readonly almighty: boolean;
}

async function* adopted(sql: Sql): AsyncGenerator<BadRow> {
  const days = await sql.query<{ n: string; tables: string; day: string }>(
    `select sum(n)::text as n, string_agg(about || ' ' || n, ', ' order by about) as tables, day
       from (select about, count(*) as n, to_char(at at time zone 'UTC', 'YYYY-MM-DD') as day
               from journal where how = 'adopted' group by about, day) adopted group by day order by day`,
  );
  for (const { n, tables, day } of days) {
    const says = `the journal vouches for ${n} rows only since ${day}, when it found them (${tables})`;
    yield { table: 'journal', key: {}, says, note: true };
  }
}
