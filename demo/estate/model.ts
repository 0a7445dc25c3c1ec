/** What the simulated company's server knows, as plain values. */

/** Roles by device space: space id → role ids. */
export type Rights = Map<number, Set<number>>;

export interface EstateRole {
  readonly id: number;
  readonly name: string;
  category: string;
  description: string;
  defaultSpaceOnly: boolean;
  permissions: string[];
}

export interface EstateSpace {
  readonly id: number;
  name: string;
  criteria: string | null;
  priority: number;
  deviceCount: number;
}

export interface EstateAdmin {
  readonly userId: string;
  name: string | null;
  email: string | null;
  origin: 'Local' | 'LDAP';
  readonly rights: Rights;
  /** `misystem` is listed among the users and has no summary. */
  readonly hasSummary: boolean;
}

export type EntryType = 'USER' | 'GROUP' | 'OU';

export interface EstateEntry {
  dn: string;
  readonly type: EntryType;
  name: string;
  firstName: string | null;
  lastName: string | null;
  email: string | null;
  /** Of a GROUP: how many the server says it has. Of an OU it is counted, of a USER it is 0. */
  groupSize: number;
  readonly rights: Rights;
}

/** Everything that is so, in an order of its own (by key): what a simulation compares a reading with. */
export interface Truth {
  readonly spaces: readonly { id: number; name: string }[];
  readonly roles: readonly {
    id: number;
    category: string;
    description: string;
    permissions: readonly string[];
  }[];
  readonly admins: readonly {
    userId: string;
    name: string | null;
    email: string | null;
    origin: 'Local' | 'LDAP';
    grants: readonly TrueGrant[];
  }[];
  readonly entries: readonly {
    dn: string;
    type: EntryType;
    name: string;
    email: string | null;
    memberCount: number;
    grants: readonly TrueGrant[];
  }[];
  /** Directory users that are made up when asked for, and therefore not listed in `entries`. */
  readonly generatedUsers: number;
}

export interface TrueGrant {
  readonly space: number;
  readonly role: number;
}

/** @returns whether anything changed */
export function grant(rights: Rights, space: number, role: number): boolean {
  const held = rights.get(space) ?? new Set<number>();
  if (held.has(role)) return false;
  rights.set(space, held.add(role));
  return true;
}

/** @returns whether anything changed */
export function revoke(rights: Rights, space: number, role: number): boolean {
  const held = rights.get(space);
  const changed = held?.delete(role) ?? false;
  if (held?.size === 0) rights.delete(space);
  return changed;
}

export function grantsOf(rights: Rights): TrueGrant[] {
  return [...rights]
    .flatMap(([space, roles]) => [...roles].map((role) => ({ space, role })))
    .sort((a, b) => a.space - b.space || a.role - b.role);
}
