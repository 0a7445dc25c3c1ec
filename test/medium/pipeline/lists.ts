/** What every list says upstream and what the store says it says, in one form, so that the two can be compared. */
import { answer, type Stream } from '../../../demo/estate/answers.js';
import type { Estate } from '../../../demo/estate/estate.js';
import { rowsFrom } from '../../../demo/estate/listing.js';
import type { Row } from '../../../demo/estate/listing.js';
import { dnKey } from '../../../src/access/dn.js';
import type { Sql } from '../../../src/platform/tx.js';
import { grantsAt } from '../../../src/snapshots/grants.view.js';
import { SOURCE } from '../../support/pipeline.js';

export interface Entry {
  /** Rights it states: `space/role`, or for a role its permissions. Sorted. */
  readonly rights: readonly string[];
  /** The other fields that are compared. */
  readonly content: string;
  /** Names and addresses; null where none is kept. */
  readonly person: string | null;
}

/** By list (`stream/scope`), by compared key. */
export type Lists = ReadonlyMap<string, ReadonlyMap<string, Entry>>;

const PLAIN = ['device_spaces', 'users'] as const;
const SCOPED = ['user_summary', 'ldap_entity_summary', 'roles'] as const;

export function upstream(estate: Estate): Lists {
  const lists = new Map<string, ReadonlyMap<string, Entry>>();
  for (const stream of PLAIN) lists.set(`${stream}/`, listed(estate, stream, ''));
  for (const stream of SCOPED)
    for (const { id } of estate.spaces()) lists.set(`${stream}/${id}`, listed(estate, stream, String(id)));
  return lists;
}

function listed(estate: Estate, stream: Stream, space: string): ReadonlyMap<string, Entry> {
  const type = stream === 'ldap_entity_summary' ? ('ALL' as const) : ('' as const);
  const listing = answer(estate, {
    ...{ stream, space, type, query: '', offset: 0, limit: Infinity, sortField: '', descending: false },
  });
  const rows = [...rowsFrom(listing, 0, Infinity)];
  return new Map(rows.flatMap((row) => ENTRIES[stream]?.(row) ?? []));
}

type Entries = (row: Row) => [string, Entry][];

const ENTRIES: Readonly<Partial<Record<Stream, Entries>>> = {
  device_spaces: (row) => [
    [
      String(row['id']),
      { rights: [], content: json([row['name'], row['criteria'], row['priority']]), person: null },
    ],
  ],
  users: ({ userId, name }) => [[String(userId), { rights: [], content: '', person: json([name]) }]],
  user_summary: (row) => [
    [
      String(row['principal']),
      { rights: pairs(row), content: json(row['source']), person: json([row['name'], row['email']]) },
    ],
  ],
  ldap_entity_summary: (row) => [
    [
      dnKey(String(row['dn'])),
      {
        rights: pairs(row),
        content: json([row['type'], row['memberCount']]),
        person: json([row['name'], row['firstName'], row['lastName'], row['email']]),
      },
    ],
  ],
  roles: ({ category, roleAndPermissions }) =>
    (roleAndPermissions as readonly Row[]).map(({ roleId, roleDescription, permissions }) => [
      String(roleId),
      { rights: sorted(permissions as string[]), content: json([category, roleDescription]), person: null },
    ]),
};

function pairs(row: Row): string[] {
  const spaces = row['spaceRoles'] as readonly { spaceId: number; vspRoles: readonly { id: number }[] }[];
  return sorted(spaces.flatMap(({ spaceId, vspRoles }) => vspRoles.map(({ id }) => `${spaceId}/${id}`)));
}

export interface StoredRow {
  readonly list: string;
  readonly key: string;
  readonly rights: string[];
  readonly content: unknown;
  readonly person: unknown;
}

const STORED = `
  select r.stream || '/' || r.scope as list, i.match_key as key,
         coalesce(case r.stream
           when 'roles' then (select array_agg(p) from jsonb_array_elements_text(r.body -> 'permissions') p)
           else (select array_agg((s ->> 'spaceId') || '/' || (role ->> 'id'))
                   from jsonb_array_elements(r.body -> 'spaceRoles') s, jsonb_array_elements(s -> 'roles') role)
         end, '{}') as rights,
         case r.stream
           when 'device_spaces' then jsonb_build_array(r.body -> 'name', r.body -> 'criteria', r.body -> 'priority')
           when 'user_summary' then r.body -> 'origin'
           when 'ldap_entity_summary' then jsonb_build_array(r.body -> 'type', r.body -> 'memberCount')
           when 'roles' then jsonb_build_array(r.body -> 'category', r.body -> 'description')
         end as content,
         case
           when r.stream = 'users' then jsonb_build_array(r.personal -> 'name')
           when r.stream = 'user_summary' then jsonb_build_array(r.personal -> 'name', r.personal -> 'email')
           when r.personal ? 'name' then jsonb_build_array(r.personal -> 'name', r.personal -> 'firstName',
                                                           r.personal -> 'lastName', r.personal -> 'email')
         end as person
    from record r join identity i on i.source = r.source and i.identity_id = r.identity_id
   where r.source = $1 and r.until_seq is null`;

export async function stored(sql: Sql, source = SOURCE): Promise<Lists> {
  return listsOf(await sql.query<StoredRow>(STORED, [source]));
}

export function listsOf(rows: readonly StoredRow[]): Lists {
  const lists = new Map<string, Map<string, Entry>>();
  for (const { list, key, rights, content, person } of rows) {
    const entries = lists.get(list) ?? new Map<string, Entry>();
    lists.set(list, entries);
    entries.set(key, {
      rights: sorted(rights),
      content: content === null ? '' : json(content),
      person: person === null ? null : json(person),
    });
  }
  return lists;
}

/** What the store says otherwise than the estate, list by list and grant by grant; nothing if it tells the truth. */
export async function untruths(sql: Sql, estate: Estate, source = SOURCE): Promise<string[]> {
  return [
    ...listDifferences(upstream(estate), await stored(sql, source)),
    ...(await grantDifferences(sql, estate, source)),
  ];
}

export function listDifferences(true_: Lists, held: Lists): string[] {
  const lists = new Set([...true_.keys(), ...held.keys()]);
  return [...lists].sort().flatMap((list) => {
    const [is, says] = [true_.get(list) ?? NONE, held.get(list) ?? NONE];
    return [...new Set([...is.keys(), ...says.keys()])].flatMap((key) => {
      const [a, b] = [is.get(key), says.get(key)];
      if (a === undefined) return [`${list}: ${key} is stored and is not there`];
      if (b === undefined) return [`${list}: ${key} is there and is not stored`];
      return sameEntry(a, b) ? [] : [`${list}: ${key} is ${json(a)}, stored is ${json(b)}`];
    });
  });
}

/** Of most directory entries no name is kept, and then none can differ. */
export function sameEntry(a: Entry, b: Entry): boolean {
  const samePerson = b.person === null || a.person === b.person;
  return samePerson && a.content === b.content && json(a.rights) === json(b.rights);
}

async function grantDifferences(sql: Sql, estate: Estate, source: string): Promise<string[]> {
  const { admins, entries } = estate.truth();
  const is = new Set([
    ...admins.flatMap(({ userId, grants }) => grants.map((g) => `${userId} holds ${g.role} in ${g.space}`)),
    ...entries.flatMap(({ dn, grants }) => grants.map((g) => `${dnKey(dn)} holds ${g.role} in ${g.space}`)),
  ]);
  const says = new Set(await storedGrants(sql, source));
  return grantsUnlike(is, says);
}

export function grantsUnlike(is: ReadonlySet<string>, says: ReadonlySet<string>): string[] {
  return [
    ...[...is].filter((words) => !says.has(words)).map((words) => `grants: ${words}, and it is not stored`),
    ...[...says].filter((words) => !is.has(words)).map((words) => `grants: stored is that ${words}`),
  ];
}

export async function storedGrants(sql: Sql, source: string): Promise<string[]> {
  const [row] = await sql.query<{ last_seq: number }>('select last_seq from source where name = $1', [
    source,
  ]);
  const keys = await sql.query<{ id: string; key: string }>(
    'select identity_id::text as id, match_key as key from identity where source = $1',
    [source],
  );
  const keyOf = new Map(keys.map(({ id, key }) => [id, key]));
  return (await grantsAt(sql, source, row?.last_seq ?? 0)).map(
    ({ principal, target, inScope }) =>
      `${keyOf.get(principal)} holds ${target.replace('role:', '')} in ${inScope}`,
  );
}

const NONE: ReadonlyMap<string, Entry> = new Map();
const json = (value: unknown): string => JSON.stringify(value);
const sorted = (texts: readonly string[]): string[] => [...texts].sort();

/** Records and rights that were stored, are still there upstream, and are stored no more. */
export function falselyGone(before: Lists, after: Lists, is: Lists): string[] {
  return [...before].flatMap(([list, entries]) =>
    [...entries].flatMap(([key, entry]) => {
      const there = is.get(list)?.get(key);
      if (there === undefined) return [];
      const held = after.get(list)?.get(key);
      if (held === undefined) return [`${list}: ${key} was closed and is there`];
      return entry.rights
        .filter((right) => there.rights.includes(right) && !held.rights.includes(right))
        .map((right) => `${list}: ${key} lost ${right} and has it`);
    }),
  );
}
