/** Which field of a row says who it is, and rows with another one. */
import type { Stream } from '../answers.js';
import type { Listing, Row } from '../listing.js';

const KEY_FIELDS = {
  ping: 'apiVersion',
  device_spaces: 'id',
  users: 'userId',
  user_summary: 'principal',
  ldap_entity_summary: 'dn',
  ldap_entities: 'dn',
  roles: 'category',
} as const satisfies Record<Stream, string>;

export function keyField(stream: Stream): string {
  return KEY_FIELDS[stream];
}

/** The row of somebody else: same fields, a key and a name of its own, no roles. */
export function withKey(row: Row, stream: Stream, word: string): Row {
  const changed: Record<string, unknown> = { ...row, [keyField(stream)]: keyOf(stream, word) };
  if ('name' in row) changed['name'] = word;
  if ('spaceRoles' in row) changed['spaceRoles'] = [];
  if ('roleAndPermissions' in row) changed['roleAndPermissions'] = [];
  return changed;
}

function keyOf(stream: Stream, word: string): string | number {
  if (keyField(stream) === 'dn') return `CN=${word},OU=Simulated,DC=example,DC=com`;
  return stream === 'device_spaces' ? 900_000 + word.length : word;
}

export function firstRows(listing: Listing, count: number): Listing {
  return { size: Math.min(count, listing.size), at: (index) => listing.at(index) };
}
