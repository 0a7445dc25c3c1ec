/** The estate as the V2 API puts it: rows with the vendor's field names, per stream and device space. */
import { listingOf, mapRows } from './listing.js';
import { GLOBAL } from './estate.js';
import type { Estate } from './estate.js';
import type { Listing, Row } from './listing.js';
import type { EntryType, EstateAdmin, EstateRole, Rights } from './model.js';

export const STREAMS = [
  'ping',
  'device_spaces',
  'users',
  'user_summary',
  'ldap_entity_summary',
  'ldap_entities',
  'roles',
] as const;
export type Stream = (typeof STREAMS)[number];

/** What one request asks for. A fault may change it before it is answered. */
export interface Call {
  readonly stream: Stream;
  /** The device space asked for, or '' where the list belongs to the server. */
  readonly space: string;
  /** '' where the call takes none. */
  readonly type: '' | EntryType | 'ALL';
  readonly query: string;
  offset: number;
  limit: number;
  readonly sortField: string;
  readonly descending: boolean;
}

/** All rows that match the call, in the order in which they are paged. */
export function answer(estate: Estate, call: Call): Listing {
  const space = Number(call.space);
  switch (call.stream) {
    case 'ping':
      return listingOf([{ apiVersion: '2.0', vspVersion: estate.serverVersion }]);
    case 'device_spaces':
      return listingOf(deviceSpaces(estate));
    case 'users':
      return found(listingOf(estate.admins().map(({ userId, name }) => ({ userId, name }))), call);
    case 'user_summary':
      return found(listingOf(summaries(estate, space)), call);
    case 'ldap_entity_summary':
      return found(ldapSummaries(estate, space, call), call);
    case 'ldap_entities':
      return mapRows(found(ldapSummaries(estate, space, call), call), ({ id, name, dn, type }) => ({
        id,
        name,
        dn,
        type,
      }));
    case 'roles':
      return listingOf(categories(estate.catalogue(space)));
  }
}

function deviceSpaces(estate: Estate): Row[] {
  return estate.spaces().map((space) => ({
    ...{
      id: space.id,
      name: space.name,
      criteria: space.criteria,
      status: 'ACTIVE',
      priority: space.priority,
    },
    deviceCount: space.deviceCount,
    admins: estate
      .admins()
      .filter((admin) => admin.rights.has(space.id))
      .map((admin) => admin.userId),
  }));
}

function summaries(estate: Estate, space: number): Row[] {
  return estate
    .admins()
    .filter((admin) => admin.hasSummary && isListedIn(estate, admin, space))
    .map((admin) => ({
      name: admin.name,
      principal: admin.userId,
      email: admin.email,
      source: admin.origin,
      spaceRoles: spaceRoles(estate, admin.rights, space),
    }));
}

/** A server that answers for one space only still lists everybody in the Global one. */
function isListedIn(estate: Estate, admin: EstateAdmin, space: number): boolean {
  return estate.summaryGivesAllSpaces || space === GLOBAL || admin.rights.has(space);
}

function ldapSummaries(estate: Estate, space: number, call: Call): Listing {
  const selected = estate.ldap.select(call.type === '' || call.type === 'ALL' ? null : call.type);
  return {
    size: selected.size,
    at(index) {
      const { name, dn, type, memberCount, firstName, lastName, email, rights } = selected.at(index);
      return {
        ...{ id: null, name, dn, type, memberCount, firstName, lastName, email },
        spaceRoles: spaceRoles(estate, rights, space),
      };
    },
  };
}

function spaceRoles(estate: Estate, rights: Rights, asked: number): Row[] {
  return [...rights]
    .filter(([space]) => estate.summaryGivesAllSpaces || space === asked)
    .map(([space, roles]) => ({
      spaceId: space,
      spaceName: estate.space(space).name,
      vspRoles: [...roles].map((id) => vspRole(estate.catalogue(space), id)),
    }));
}

/** A role that left the catalogue is still held: by id, without a text. */
function vspRole(catalogue: readonly EstateRole[], id: number): Row {
  const role = catalogue.find((candidate) => candidate.id === id);
  return {
    id,
    name: role?.name ?? null,
    description: role?.description ?? null,
    defaultSpaceOnly: role?.defaultSpaceOnly ?? false,
  };
}

function categories(roles: readonly EstateRole[]): Row[] {
  const names = [...new Set(roles.map((role) => role.category))];
  return names.map((category) => ({
    category,
    roleAndPermissions: roles
      .filter((role) => role.category === category)
      .map((role) => ({
        roleId: role.id,
        roleDescription: role.description,
        defaultSpaceOnly: role.defaultSpaceOnly,
        permissions: [...role.permissions],
      })),
  }));
}

/** Applies `query` and the sort. Both look at every row, so a listing that needs neither stays lazy. */
function found(listing: Listing, call: Call): Listing {
  const word = call.query.toLowerCase();
  if (word === '' && call.sortField === '') return listing;
  const indexes: number[] = [];
  for (let index = 0; index < listing.size; index++)
    if (mentions(listing.at(index), word)) indexes.push(index);
  const chosen: Listing = { size: indexes.length, at: (index) => listing.at(indexes[index] ?? -1) };
  return call.sortField === '' ? chosen : sorted(chosen, call.sortField, call.descending);
}

function mentions(row: Row, word: string): boolean {
  return ['name', 'userId', 'principal', 'firstName', 'lastName'].some((field) =>
    text(row[field]).includes(word),
  );
}

function sorted(listing: Listing, field: string, descending: boolean): Listing {
  const order = Array.from({ length: listing.size }, (_, index) => ({
    index,
    key: text(listing.at(index)[field]),
  }));
  order.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.index - b.index));
  if (descending) order.reverse();
  return { size: listing.size, at: (index) => listing.at(order[index]?.index ?? -1) };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : '';
}
