import type { Sql } from '../platform/tx.js';
import type { Json } from '../sources/source.js';
import type { RecordedChange } from './recorded.js';
import type { AttributeRef, Told, Window } from './told.js';

interface Row extends Pick<RecordedChange, 'seq' | 'no' | 'what' | 'cause'> {
  readonly subject: string | null;
  readonly scope: string | null;
  readonly role: string | null;
  readonly permission: string | null;
  readonly partOf: number | null;
  readonly notSeenAt: Date | null;
  readonly seenAt: Date;
  readonly body: Omit<Told, 'window'> & Pick<Window, 'statedBy'>;
  readonly valueBefore: { readonly value: Json } | null;
  readonly valueAfter: { readonly value: Json } | null;
}

/** A value is where the change says it is; it is absent if the person was erased since. */
const valueAt = (side: 'before' | 'after', seq: string): string => `
  (select case
            when r.personal ? (c.body #>> '{attribute,name}')
              then jsonb_build_object('value', r.personal -> (c.body #>> '{attribute,name}'))
            when r.body ? (c.body #>> '{attribute,name}')
              then jsonb_build_object('value', r.body -> (c.body #>> '{attribute,name}'))
          end
     from record r
    where r.source = c.source and r.stream = c.body #>> '{attribute,${side},stream}'
      and r.scope = c.body #>> '{attribute,${side},scope}'
      and r.identity_id = (c.body #>> '{attribute,${side},identity}')::bigint
      and r.from_seq <= ${seq} and (r.until_seq is null or r.until_seq > ${seq}))`;

const CHANGES = `
  select c.seq, c.no, c.what, c.cause, c.subject::text as subject, c.scope, c.role, c.permission,
         c.part_of as "partOf", c.not_seen_at as "notSeenAt", c.seen_at as "seenAt", c.body,
         case when c.body ? 'attribute' then ${valueAt('before', 'c.seq - 1')} end as "valueBefore",
         case when c.body ? 'attribute' then ${valueAt('after', 'c.seq')} end as "valueAfter"
    from change c
   where c.source = $1 and c.seq > $2 and c.seq <= $3
   order by c.seq, c.no`;

/** Every change told after snapshot `from` and up to snapshot `to`, in order. */
export async function changesBetween(
  sql: Sql,
  source: string,
  from: number,
  to: number,
): Promise<RecordedChange[]> {
  const rows = await sql.query<Row>(CHANGES, [source, from, to]);
  return rows.map(changeOf);
}

function changeOf(row: Row): RecordedChange {
  const { statedBy, attribute, ...body } = row.body;
  return {
    ...body,
    seq: row.seq,
    no: row.no,
    what: row.what,
    cause: row.cause,
    ...(row.subject !== null && { subject: row.subject }),
    ...(row.scope !== null && { scope: row.scope }),
    ...(row.role !== null && { role: row.role }),
    ...(row.permission !== null && { permission: row.permission }),
    ...(row.partOf !== null && { partOf: row.partOf }),
    ...(attribute && { attribute: valuesOf(row, attribute) }),
    window: { ...(row.notSeenAt && { notSeenAt: row.notSeenAt }), seenAt: row.seenAt, statedBy },
  };
}

function valuesOf({ valueBefore, valueAfter }: Row, { name, after }: AttributeRef) {
  return {
    name,
    stream: after.stream,
    ...(valueBefore && { before: valueBefore.value }),
    ...(valueAfter && { after: valueAfter.value }),
  };
}
