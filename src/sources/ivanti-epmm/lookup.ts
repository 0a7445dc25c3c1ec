import { formatPath, property, toJsonObject } from '../json.js';
import { SourceError } from '../source.js';
import { ldapEntityRow, type LdapType } from './schemas.js';

export interface LookupEntry {
  readonly dn: string;
  readonly name: string | null;
  readonly type: LdapType;
}

export interface LookupAnswer {
  readonly entries: readonly LookupEntry[];
  /** How many the server says match; null where it does not say. */
  readonly total: number | null;
}

/** Reads an answer of `ldap_entities`. @throws SourceError bad-shape */
export function readLookup(envelope: unknown, where: string): LookupAnswer {
  const results = property(envelope, 'results');
  if (!Array.isArray(results)) throw new SourceError('bad-shape', `${where}: results: expected an array`);
  const total = property(envelope, 'totalCount');
  return {
    entries: results.map((row, i) => readEntry(row, i, where)),
    total: Number.isInteger(total) ? Number(total) : null,
  };
}

function readEntry(row: unknown, index: number, where: string): LookupEntry {
  const parsed = ldapEntityRow.safeParse(typeof row === 'object' && row !== null ? toJsonObject(row) : row);
  if (parsed.success) return { dn: parsed.data.dn, name: parsed.data.name ?? null, type: parsed.data.type };
  const issue = parsed.error.issues[0];
  const path = formatPath(['results', index, ...(issue?.path ?? [])]);
  throw new SourceError('bad-shape', `${where}: ${path}: ${issue?.message ?? 'not as expected'}`);
}
