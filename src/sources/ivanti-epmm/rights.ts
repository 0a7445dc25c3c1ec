/** The rights that a summary row states, in one order whatever the order upstream. */
import { z } from 'zod';
import type { Json, JsonObject, ReadRecord, StatedGrant } from '../source.js';
import type { SpaceRoles, UserSummaryTable } from './schemas.js';

type StatedRole = SpaceRoles[number]['vspRoles'][number];

export interface Rights {
  /** For `body`: spaces and roles by id, with their texts. */
  readonly spaceRoles: readonly JsonObject[];
  /** For `comparedBody`: distinct [space, role] pairs; texts change with the server's version. */
  readonly pairs: readonly Json[];
  readonly grants: readonly StatedGrant[];
}

/** Entries of one space are merged, and so are repeats of a role within a space. */
export function readRights(stated: SpaceRoles): Rights {
  const roles = stated.flatMap((entry) =>
    entry.vspRoles.map((role) => ({ space: entry.spaceId, role: role.id })),
  );
  const distinct = [...new Map(roles.map((pair) => [`${pair.space}/${pair.role}`, pair])).values()];
  distinct.sort((a, b) => a.space - b.space || a.role - b.role);
  return {
    spaceRoles: mergeSpaces(stated),
    pairs: distinct.map(({ space, role }) => [String(space), String(role)]),
    grants: distinct.map(({ space, role }) => ({ target: `role:${role}`, inScope: String(space) })),
  };
}

/** What `readRights` put into a body, as if a row had stated it. */
const keptSpaceRoles = z.array(
  z.object({
    spaceId: z.number(),
    spaceName: z.string().nullable(),
    roles: z.array(
      z.object({
        id: z.number(),
        name: z.string().nullable(),
        description: z.string().nullable(),
        defaultSpaceOnly: z.boolean().nullable(),
      }),
    ),
  }),
);

/**
 * The record with the rights of a stored body added, and the texts of the record where both have a right.
 * @param stored a body of the same stream, as an earlier read gave it
 */
export function withRightsOf(stored: JsonObject, record: ReadRecord): ReadRecord {
  if (record.nameSpace === 'role') return withPermissionsOf(stored, record);
  if (!('spaceRoles' in record.body)) return record;
  const rights = readRights([...keptRights(record.body), ...keptRights(stored, record.grants)]);
  return {
    ...record,
    body: { ...record.body, spaceRoles: rights.spaceRoles },
    comparedBody: { ...record.comparedBody, grants: rights.pairs },
    minimalPersonal: rights.grants.length === 0 ? record.minimalPersonal : null,
    grants: rights.grants,
  };
}

function withPermissionsOf(stored: JsonObject, record: ReadRecord): ReadRecord {
  const kept = z.array(z.string()).parse(stored['permissions'] ?? []);
  const permissions = [...new Set([...record.permissions, ...kept])].sort();
  const body = { ...record.body, permissions };
  return { ...record, body, comparedBody: body, permissions };
}

/** The rights in a body, without those that are in `except`. */
function keptRights(body: JsonObject, except: readonly StatedGrant[] = []): SpaceRoles {
  const known = new Set(except.map(({ target, inScope }) => `${inScope}/${target}`));
  return keptSpaceRoles.parse(body['spaceRoles'] ?? []).map(({ spaceId, spaceName, roles }) => ({
    spaceId,
    spaceName,
    vspRoles: roles.filter((role) => !known.has(`${spaceId}/role:${role.id}`)),
  }));
}

/**
 * The field table's flat shape: every role in every admin space. It may state more than is held, never less.
 * @returns null where there are roles and no space to hold them in
 */
export function flatRights(row: UserSummaryTable): SpaceRoles | null {
  if (row.roles.length > 0 && row.adminSpaces.length === 0) return null;
  return row.adminSpaces.map((space) => ({ spaceId: space.id, spaceName: space.name, vspRoles: row.roles }));
}

function mergeSpaces(stated: SpaceRoles): JsonObject[] {
  const spaces = groupBy(stated, (entry) => entry.spaceId).map(([spaceId, entries]) => ({
    spaceId,
    spaceName: smallestText(entries.map((entry) => entry.spaceName)),
    roles: mergeRoles(entries.flatMap((entry) => entry.vspRoles)),
  }));
  return spaces.sort((a, b) => a.spaceId - b.spaceId);
}

function mergeRoles(stated: readonly StatedRole[]): readonly (JsonObject & { readonly id: number })[] {
  const roles = groupBy(stated, (role) => role.id).map(([id, same]) => ({
    id,
    name: smallestText(same.map((role) => role.name)),
    description: smallestText(same.map((role) => role.description)),
    defaultSpaceOnly:
      same.find((role) => typeof role.defaultSpaceOnly === 'boolean')?.defaultSpaceOnly ?? null,
  }));
  return roles.sort((a, b) => a.id - b.id);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => number): [number, T[]][] {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups];
}

/** Of repeats that differ, the same one is taken in whatever order they come. */
function smallestText(texts: readonly (string | null | undefined)[]): string | null {
  return texts.filter((text) => typeof text === 'string').sort()[0] ?? null;
}
