/** One row of an EPMM answer becomes one record: the same bytes for the same upstream state. */
import type { z } from 'zod';
import { dnKey } from '../../access/dn.js';
import { formatPath, isWellFormed, property, toJsonObject } from '../json.js';
import type { Json, JsonObject, ReadRecord } from '../source.js';
import type { Stream } from './lists.js';
import { flatRights, readRights, type Rights } from './rights.js';
import * as schemas from './schemas.js';

/** A row that cannot be used; `path` leads to the field inside the row. */
export class BadRow extends Error {
  constructor(
    readonly path: readonly PropertyKey[],
    why: string,
  ) {
    super(why);
    this.name = 'BadRow';
  }
}

/** Fields in which a GDPR profile puts asterisks. */
const MASKABLE = ['principal', 'userId', 'name', 'email', 'dn', 'firstName', 'lastName'];
/** Nothing but asterisks, or so many of them that no name has them, as in `cn=*****,dc=acme`. */
const MASK = /^\s*\*{3,}\s*$|\*{5}/;

/** Whether the server hid a field that identifies somebody. */
export function isMasked(row: unknown): boolean {
  return MASKABLE.some((field) => {
    const value = property(row, field);
    return typeof value === 'string' && MASK.test(value);
  });
}

/**
 * @param row one entry of `results`; for the catalogue, one role of a category
 * @param category of the catalogue only
 * @throws BadRow
 */
export function readRow(stream: Stream, row: unknown, category: string | null = null): ReadRecord {
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    throw new BadRow([], 'expected an object');
  refuseDamagedKeys(row);
  const record = READERS[stream](toJsonObject(row), category);
  if (Buffer.byteLength(record.matchKey) > MAX_KEY_BYTES) {
    throw new BadRow([], `expected a key of at most ${MAX_KEY_BYTES} bytes in its compared form`);
  }
  return record;
}

/** The compared form of a key is indexed, and an index of PostgreSQL takes no more than about 2,700 bytes. */
const MAX_KEY_BYTES = 2000;

// Spelt out in full on purpose: an object that is spread and then overridden costs V8 forty times as much
const TEXT_KEYS = ['principal', 'userId', 'dn'];

/** Mended as other texts are, it would be the key of somebody else, and its owner would seem to be gone. */
function refuseDamagedKeys(row: object): void {
  for (const field of TEXT_KEYS) {
    const key = property(row, field);
    if (typeof key === 'string' && !isWellFormed(key))
      throw new BadRow([field], 'expected a text without NUL or half characters');
  }
}

const READERS: Readonly<Record<Stream, (row: JsonObject, category: string | null) => ReadRecord>> = {
  device_spaces: readDeviceSpace,
  users: readUser,
  user_summary: readUserSummary,
  ldap_entity_summary: readLdapSummary,
  roles: readRole,
};

function readDeviceSpace(row: JsonObject): ReadRecord {
  const { fields, other } = parse(schemas.deviceSpaceRow, row);
  const { name = null, criteria = null, status = null, priority = null } = fields;
  const body = { name, criteria, status, priority };
  const shownKey = String(fields.id);
  return {
    nameSpace: 'scope',
    matchKey: shownKey,
    shownKey,
    body,
    comparedBody: body,
    personal: { other },
    comparedPersonal: {},
    linkName: null,
    minimalPersonal: null,
    grants: [],
    permissions: [],
  };
}

function readUser(row: JsonObject): ReadRecord {
  const { fields, other } = parse(schemas.userRow, row);
  const key = fields.userId;
  const name = fields.name ?? null;
  const body = { builtIn: key === 'misystem' };
  return {
    nameSpace: 'admin',
    matchKey: key,
    shownKey: key,
    body,
    comparedBody: body,
    personal: { key, name, other },
    comparedPersonal: { name },
    linkName: null,
    minimalPersonal: null,
    grants: [],
    permissions: [],
  };
}

function readUserSummary(row: JsonObject): ReadRecord {
  const { fields, rights, other } = parseUserSummary(row);
  const key = summaryKey(fields);
  const origin = readOrigin(fields.source ?? null);
  const { name = null, email = null } = fields;
  return {
    nameSpace: 'admin',
    matchKey: key,
    shownKey: key,
    linkName: origin === 'LDAP' ? key : null,
    body: { origin, spaceRoles: rights.spaceRoles },
    comparedBody: { origin, grants: rights.pairs },
    personal: { key, name, email, other },
    comparedPersonal: { name, email },
    grants: rights.grants,
    minimalPersonal: null,
    permissions: [],
  };
}

function readLdapSummary(row: JsonObject): ReadRecord {
  const { fields, other } = parse(schemas.ldapSummaryRow, row);
  const {
    dn: key,
    type,
    name = null,
    firstName = null,
    lastName = null,
    email = null,
    memberCount = null,
  } = fields;
  const rights = readRights(fields.spaceRoles);
  return {
    nameSpace: 'dn',
    matchKey: dnKey(key),
    shownKey: key,
    linkName: type === 'USER' ? name : null,
    body: { type, memberCount, spaceRoles: rights.spaceRoles },
    comparedBody: { type, memberCount, grants: rights.pairs },
    personal: { key, name, firstName, lastName, email, other },
    comparedPersonal: { name, firstName, lastName, email },
    minimalPersonal: rights.grants.length === 0 ? { key } : null,
    grants: rights.grants,
    permissions: [],
  };
}

function readRole(row: JsonObject, category: string | null): ReadRecord {
  const { fields, other } = parse(schemas.roleRow, row);
  const { roleDescription: description = null, defaultSpaceOnly = null } = fields;
  const permissions = [...new Set(fields.permissions)].sort();
  const body = { category, description, defaultSpaceOnly, permissions };
  const shownKey = String(fields.roleId);
  return {
    nameSpace: 'role',
    matchKey: shownKey,
    shownKey,
    body,
    comparedBody: body,
    personal: { other },
    comparedPersonal: {},
    permissions,
    linkName: null,
    minimalPersonal: null,
    grants: [],
  };
}

/** The vendor's sample and field table differ; either will do, and a row that is neither is refused. */
function parseUserSummary(row: JsonObject): {
  fields: schemas.UserSummary | schemas.UserSummaryTable;
  rights: Rights;
  other: JsonObject;
} {
  if (Object.hasOwn(row, 'spaceRoles') || !Object.hasOwn(row, 'roles')) {
    const { fields, other } = parse(schemas.userSummaryRow, row);
    return { fields, other, rights: readRights(fields.spaceRoles) };
  }
  const { fields, other } = parse(schemas.userSummaryTableRow, row);
  const spaceRoles = flatRights(fields);
  if (spaceRoles === null)
    throw new BadRow(['adminSpaces'], 'expected the spaces in which the roles are held');
  return { fields, other, rights: readRights(spaceRoles) };
}

function summaryKey({ principal, userId }: { principal?: string; userId?: string }): string {
  const key = principal ?? userId;
  if (key === undefined) throw new BadRow(['principal'], 'expected principal (or userId), it is missing');
  if (userId !== undefined && userId !== key) throw new BadRow(['userId'], 'expected the same as principal');
  return key;
}

const ORIGINS = ['Local', 'LDAP'];

function readOrigin(source: string | null): string | null {
  return ORIGINS.find((origin) => origin.toLowerCase() === source?.trim().toLowerCase()) ?? source;
}

/** Checked fields, and apart from them every field that the schema does not name. */
function parse<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  row: JsonObject,
): { fields: z.infer<z.ZodObject<Shape>>; other: JsonObject } {
  const result = schema.safeParse(row);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new BadRow(issue?.path ?? [], issue?.message ?? 'not as expected');
  }
  const unknown = Object.entries(row).filter(([field]) => !Object.hasOwn(schema.shape, field));
  return { fields: result.data, other: Object.fromEntries<Json>(unknown) };
}

/** `results[3].spaceRoles: expected …` */
export function badRowWords(rowPath: readonly PropertyKey[], error: BadRow): string {
  return `${formatPath([...rowPath, ...error.path])}: ${error.message}`;
}
