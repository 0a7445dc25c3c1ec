/** What a list of mambo EMM says of one token, role or member becomes one record, whichever way it was read. */
import { z } from 'zod';
import { type HeldAreas, permissionsOfAreas } from '../../access/mambo-emm.js';
import { isWellFormed, wellFormed } from '../json.js';
import type { JsonObject, ReadRecord } from '../source.js';
import type { Stream } from './lists.js';

/** One token, role or member in our words; null: the source does not say. Moments are ISO 8601 in UTC. */
export interface MamboRow {
  readonly id: string;
  readonly name: string | null;
  /** Of members. */
  readonly email: string | null;
  /** Of tokens: who answers for it, and who made it. */
  readonly owner: string | null;
  readonly createdBy: string | null;
  readonly createdAt: string | null;
  readonly expiresAt: string | null;
  readonly lastRotatedAt: string | null;
  readonly held: HeldAreas;
  /** Of members: ids of their roles. */
  readonly roles: readonly string[];
}

/** Longer ids are no ids; it also keeps the compared form below what an index takes. */
export const LONGEST_ID = 200;

/** Why a text cannot be an id, or undefined. Mended as other texts are, it would be somebody else's. */
export function idProblem(id: string): string | undefined {
  if (id.trim() !== id || id === '') return 'must be a text that is not blank, without spaces around it';
  if (!isWellFormed(id)) return 'must be a text without NUL or half characters';
  return id.length > LONGEST_ID ? `must be at most ${LONGEST_ID} characters long` : undefined;
}

export function recordOf(stream: Stream, row: MamboRow, team: string): ReadRecord {
  return RECORDS[stream](row, team);
}

const RECORDS: Readonly<Record<Stream, (row: MamboRow, team: string) => ReadRecord>> = {
  access_tokens: tokenRecord,
  roles: roleRecord,
  members: memberRecord,
};

function tokenRecord(row: MamboRow, team: string): ReadRecord {
  const { createdAt, expiresAt, lastRotatedAt } = row;
  const permissions = permissionsOfAreas(row.held);
  const named = { name: text(row.name), owner: text(row.owner), createdBy: text(row.createdBy) };
  const body = { permissions, createdAt, expiresAt, lastRotatedAt };
  return {
    ...record(row.id, 'token', body),
    personal: { key: row.id, ...named },
    comparedPersonal: named,
    grants: grantsOf(permissions, [], team),
  };
}

/** The names of roles are part of the catalogue, and nobody's. */
function roleRecord(row: MamboRow): ReadRecord {
  const permissions = permissionsOfAreas(row.held);
  return { ...record(row.id, 'role', { name: text(row.name), permissions }), permissions };
}

function memberRecord(row: MamboRow, team: string): ReadRecord {
  const permissions = permissionsOfAreas(row.held);
  const roles = distinct(row.roles);
  const named = { name: text(row.name), email: text(row.email) };
  return {
    ...record(row.id, 'member', { permissions, roles }),
    personal: { key: row.id, ...named },
    comparedPersonal: named,
    grants: grantsOf(permissions, roles, team),
  };
}

function record(id: string, nameSpace: ReadRecord['nameSpace'], body: JsonObject): ReadRecord {
  return {
    nameSpace,
    matchKey: id,
    shownKey: id,
    linkName: null,
    body,
    comparedBody: body,
    personal: {},
    comparedPersonal: {},
    minimalPersonal: null,
    grants: [],
    permissions: [],
  };
}

function grantsOf(permissions: readonly string[], roles: readonly string[], team: string) {
  return [...permissions.map((key) => `permission:${key}`), ...roles.map((id) => `role:${id}`)].map(
    (target) => ({
      target,
      inScope: team,
    }),
  );
}

const kept = z.object({ permissions: z.array(z.string()), roles: z.array(z.string()).default([]) });

/** The record with the rights of a stored body of the same stream added. @param team in which rights apply */
export function withRightsOf(stored: JsonObject, record: ReadRecord, team: string): ReadRecord {
  const [before, read] = [kept.parse(stored), kept.parse(record.body)];
  const permissions = distinct([...read.permissions, ...before.permissions]);
  const roles = distinct([...read.roles, ...before.roles]);
  const body = { ...record.body, permissions, ...(record.nameSpace === 'member' && { roles }) };
  return {
    ...record,
    body,
    comparedBody: body,
    ...(record.nameSpace === 'role' ? { permissions } : { grants: grantsOf(permissions, roles, team) }),
  };
}

const text = (value: string | null): string | null => (value === null ? null : wellFormed(value));

const distinct = (texts: readonly string[]): string[] => [...new Set(texts)].sort();
