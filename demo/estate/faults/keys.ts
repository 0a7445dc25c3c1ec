/** Which field of a row says who it is, and rows with another one. */
import type { Listing, Row } from '../listing.js';

/** Of these the first one that a row has. */
const KEY_FIELDS = ['uuid', 'principal', 'userId', 'dn', 'category', 'id', 'apiVersion'] as const;
const NAME_FIELDS = ['label', 'name'] as const;
/** What somebody holds; nothing of it is an empty list. */
const RIGHTS = ['spaceRoles', 'roleAndPermissions', 'roles', 'commands'] as const;

export function keyField(row: Row): string {
  return KEY_FIELDS.find((field) => field in row) ?? 'id';
}

/** The field with the name for people, if the row has one. */
export function nameField(row: Row): string | undefined {
  return NAME_FIELDS.find((field) => field in row);
}

/** The row of somebody else: same fields, a key and a name of its own, no roles. */
export function withKey(row: Row, word: string): Row {
  const changed: Record<string, unknown> = { ...row, [keyField(row)]: keyOf(row, word) };
  const name = nameField(row);
  if (name !== undefined) changed[name] = word;
  for (const field of RIGHTS) if (field in row) changed[field] = [];
  return changed;
}

function keyOf(row: Row, word: string): string | number {
  const field = keyField(row);
  if (field === 'dn') return `CN=${word},OU=Simulated,DC=example,DC=com`;
  return field === 'id' ? 900_000 + word.length : word;
}

export function firstRows(listing: Listing, count: number): Listing {
  return { size: Math.min(count, listing.size), at: (index) => listing.at(index) };
}
