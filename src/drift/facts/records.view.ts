import type { PrincipalKind } from '../../access/model.js';
import type { Json } from '../../sources/source.js';
import { groupBy } from '../collect.js';
import {
  type AttributeFact,
  type AttributeName,
  ATTRIBUTES,
  type IdentityFact,
  type IdentityId,
  type Stated,
  STREAM,
} from '../facts.js';
import { after, type At, before, either, KNOWN, touched } from './at.js';

/** One version of one record of a principal: who it is, and what it states. */
export interface PrincipalRecord {
  readonly identity: IdentityId;
  readonly nameSpace: IdentityFact['nameSpace'];
  readonly stream: string;
  readonly scope: string;
  readonly isBefore: boolean;
  readonly isAfter: boolean;
  readonly touched: boolean;
  readonly type: string | null;
  readonly builtIn: boolean | null;
  readonly memberCount: number | null;
  /** Of the attributes, those that the record stores. */
  readonly attributes: Readonly<Record<string, Json>>;
  /** With which snapshot the record came to state the name it had before; null: it always has. */
  readonly nameSince: number | null;
  readonly readBefore: Date | null;
  readonly readAfter: Date | null;
}

/** Roles and scopes are nobody. */
const OF_PRINCIPAL = `i.name_space in ('admin', 'dn', 'member', 'token')`;

/** Where each attribute stands: what names somebody in `personal`, the rest in `body`. */
const PERSONAL = ['name', 'email', 'owner', 'createdBy'] as const satisfies readonly AttributeName[];
const PLAIN = [
  'origin',
  'createdAt',
  'expiresAt',
  'lastRotatedAt',
] as const satisfies readonly AttributeName[];
const among = (keys: readonly AttributeName[]): string => keys.map((key) => `'${key}'`).join(', ');

/** The last read up to then that saw this version: a complete one, or the one that brought it. */
const readUntil = (condition: string): string => `
  (select o.read_to from observation o
    where o.source = $1 and o.stream = r.stream and o.scope = r.scope and ${condition}
      and o.seq >= r.from_seq and (o.verdict = 'complete' or o.seq = r.from_seq)
    order by o.seq desc limit 1)`;

/** Of the attributes, only the name is stated by several streams of one identity. */
const NAME_SINCE = `
  (select max(v.until_seq) from record v
    where v.source = r.source and v.stream = r.stream and v.scope = r.scope and v.identity_id = r.identity_id
      and v.until_seq <= r.from_seq and v.personal -> 'name' is distinct from r.personal -> 'name')`;

const RECORDS = `
  select r.identity_id::text as identity, i.name_space as "nameSpace", r.stream, r.scope,
         ${before('r')} as "isBefore", ${after('r')} as "isAfter", ${touched('r')} as touched,
         r.body ->> 'type' as type, (r.body ->> 'builtIn')::boolean as "builtIn",
         (r.body ->> 'memberCount')::float8 as "memberCount",
         (select coalesce(jsonb_object_agg(key, value), '{}') from (
            select key, value from jsonb_each(r.personal) where key in (${among(PERSONAL)})
            union all select key, value from jsonb_each(r.body) where key in (${among(PLAIN)})) stated) as attributes,
         case when ${before('r')} then ${NAME_SINCE} end as "nameSince",
         case when ${before('r')} then ${readUntil('o.seq < $2')} end as "readBefore",
         case when ${after('r')} then ${readUntil('o.seq <= $2')} end as "readAfter"
    from record r join identity i on i.source = r.source and i.identity_id = r.identity_id
   where r.source = $1 and r.identity_id = any ($3::bigint[]) and ${OF_PRINCIPAL} and ${either('r')}
   order by r.identity_id, r.stream, r.scope, r.from_seq`;

export async function readRecords(
  { sql, source, seq }: At,
  identities: readonly IdentityId[],
): Promise<PrincipalRecord[]> {
  if (identities.length === 0) return [];
  return sql.query<PrincipalRecord>(RECORDS, [source, seq, identities]);
}

const differs = (column: string, key: AttributeName): string => `
  (later.${column} ? '${key}' and earlier.${column} ? '${key}'
   and later.${column} -> '${key}' is distinct from earlier.${column} -> '${key}')`;

/** Directory entries count only with a right or as a part of an admin: the others are there for numbers. */
const CHANGED_ATTRIBUTES = `
  with ${KNOWN}
  select distinct later.identity_id::text as identity
    from record later join known using (stream, scope)
    join identity i on i.source = later.source and i.identity_id = later.identity_id and ${OF_PRINCIPAL}
    join record earlier on earlier.source = later.source and earlier.stream = later.stream
     and earlier.scope = later.scope and earlier.identity_id = later.identity_id and earlier.until_seq = $2
   where later.source = $1 and later.from_seq = $2
     and (${[...PERSONAL.map((key) => differs('personal', key)), ...PLAIN.map((key) => differs('body', key))].join(' or ')})
     and (later.stream <> '${STREAM.directory}'
          or exists (select from grant_ g
                      where g.source = $1 and g.principal = later.identity_id and ${either('g')})
          or exists (select from link l
                      where l.source = $1 and l.to_identity_id = later.identity_id and ${either('l')}))`;

/** Identities of which some list states an attribute differently now. */
export async function readChangedAttributes({ sql, source, seq }: At): Promise<IdentityId[]> {
  const rows = await sql.query<{ identity: IdentityId }>(CHANGED_ATTRIBUTES, [source, seq]);
  return rows.map((row) => row.identity);
}

export function identityFacts(records: readonly PrincipalRecord[]): IdentityFact[] {
  return [...groupBy(records, (record) => record.identity)].map(([id, rows]) => ({
    id,
    nameSpace: rows[0].nameSpace,
    kind: kindOf(rows),
    before: rows.some((row) => row.isBefore),
    after: rows.some((row) => row.isAfter),
    statedIn: rows.map(({ stream, scope, touched }) => ({ stream, scope, touched })),
    name: foldedIn(rows, 'name'),
    email: foldedIn(rows, 'email'),
  }));
}

/** The first that any of the records states, in lower case. */
function foldedIn(rows: readonly PrincipalRecord[], attribute: 'name' | 'email'): string | null {
  const stated = rows.map(({ attributes }) => attributes[attribute]);
  const text = stated.find((value) => typeof value === 'string' && value !== '');
  return typeof text === 'string' ? text.toLowerCase() : null;
}

/** As the later snapshot has it, else as the earlier one had it. */
function kindOf(rows: readonly PrincipalRecord[]): PrincipalKind {
  const later = rows.filter((row) => row.isAfter);
  const known = later.length > 0 ? later : rows;
  if (known.some((row) => row.nameSpace === 'token')) return 'access-token';
  if (known.some((row) => row.nameSpace === 'member')) return 'member';
  if (known.some((row) => row.builtIn)) return 'built-in';
  if (known.some((row) => row.type === 'GROUP')) return 'ldap-group';
  if (known.some((row) => row.type === 'OU')) return 'ldap-ou';
  if (known.some((row) => row.nameSpace === 'dn' || row.attributes['origin'] === 'LDAP'))
    return 'directory-user';
  return 'local-admin';
}

export function attributeFacts(records: readonly PrincipalRecord[]): AttributeFact[] {
  return ATTRIBUTES.map((attribute) => ({
    attribute,
    stated: stated(records, ({ attributes }) => {
      const value = attributes[attribute];
      return value === undefined || value === null || typeof value === 'string' ? value : undefined;
    }),
  }));
}

/** Both sides of what each list states: `valueOf` gives undefined where a record has no such field. */
export function stated<T>(
  records: readonly PrincipalRecord[],
  valueOf: (record: PrincipalRecord) => T | undefined,
): Stated<T>[] {
  const byList = groupBy(records, ({ identity, stream, scope }) => JSON.stringify([identity, stream, scope]));
  return [...byList.values()].map((versions) => {
    const [first] = versions;
    const [earlier, later] = [versions.find((row) => row.isBefore), versions.find((row) => row.isAfter)];
    const [from, to] = [earlier && valueOf(earlier), later && valueOf(later)];
    return {
      list: { stream: first.stream, scope: first.scope },
      identity: first.identity,
      ...(from !== undefined && { before: from }),
      ...(to !== undefined && { after: to }),
      ...(earlier?.nameSince != null && { since: earlier.nameSince }),
      readBefore: earlier?.readBefore ?? null,
      readAfter: later?.readAfter ?? null,
    };
  });
}
