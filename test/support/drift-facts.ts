import { permissionModelOf } from '../../src/access/permission-model.js';
import type {
  BelowFact,
  Facts,
  GrantFact,
  IdentityFact,
  LinkFact,
  List,
  Reading,
  RoleFact,
  Stated,
} from '../../src/drift/facts.js';

/** Builders of facts for tests of explaining: two watched spaces, everything read an hour ago and just now. */
export const TEN = new Date('2026-03-01T10:00:00Z');
export const ELEVEN = new Date('2026-03-01T11:00:00Z');
export const RECORDED = new Date('2026-03-01T11:05:00Z');

export const list = (stream: string, scope: string): List => ({ stream, scope });
export const admins = (scope: string): List => list('user_summary', scope);
export const directory = (scope: string): List => list('ldap_entity_summary', scope);

export function reading(of: List, changed: Partial<Reading> = {}): Reading {
  const fixed = {
    known: true,
    provenFrom: TEN,
    provenBy: 'rolewatch',
    readTo: ELEVEN,
    statedBy: 'rolewatch',
  };
  return { list: of, ...fixed, ...changed };
}

const LISTS = [
  list('device_spaces', ''),
  list('users', ''),
  ...['1', '3'].flatMap((scope) => [admins(scope), directory(scope), list('roles', scope)]),
];

export function facts(changed: Partial<Facts> = {}): Facts {
  return {
    model: permissionModelOf('ivanti-epmm'),
    recordedAt: RECORDED,
    left: new Map(),
    readings: LISTS.map((one) => reading(one)),
    held: [],
    identities: [],
    links: [],
    grants: [],
    roles: [],
    units: [],
    scopes: [],
    attributes: [],
    heldByAnybody: [],
    ...changed,
  };
}

/** The readings above, with those of one list replaced. */
export function readingsWith(of: List, changed: Partial<Reading>): Reading[] {
  const others = LISTS.filter((one) => one.stream !== of.stream || one.scope !== of.scope);
  return [...others.map((one) => reading(one)), reading(of, changed)];
}

/** As facts do: `both` when nothing about it changed. */
export type Presence = 'before' | 'after' | 'both' | 'neither';
const sides = (presence: Presence) => ({
  before: presence === 'before' || presence === 'both',
  after: presence === 'after' || presence === 'both',
});

export function identity(id: string, presence: Presence, changed: Partial<IdentityFact> = {}): IdentityFact {
  const fixed = {
    nameSpace: 'admin',
    kind: 'local-admin',
    statedIn: [],
    name: null,
    email: null,
  } as const;
  return { id, ...fixed, ...sides(presence), ...changed };
}

export function entry(id: string, presence: Presence, changed: Partial<IdentityFact> = {}): IdentityFact {
  return identity(id, presence, { nameSpace: 'dn', kind: 'directory-user', ...changed });
}

/** Stated by the admin list of its own scope. */
export function grant(
  principal: string,
  role: string,
  inScope: string,
  presence: Presence,
  changed: Partial<GrantFact> = {},
): GrantFact {
  const opened = presence === 'after' ? [admins(inScope)] : [];
  const closed = presence === 'before' ? [admins(inScope)] : [];
  return { principal, target: `role:${role}`, inScope, ...sides(presence), opened, closed, ...changed };
}

export function role(
  id: string,
  scope: string,
  before: readonly string[] | null,
  after: readonly string[] | null = before,
): RoleFact {
  return { role: id, identity: `9${id}`, scope, before, after };
}

export const link = (from: string, to: string, presence: Presence): LinkFact => ({
  identity: from,
  to,
  ...sides(presence),
});

export function stated<T>(
  of: List,
  who: string,
  before?: T,
  after?: T,
  read: Partial<Stated<T>> = {},
): Stated<T> {
  return {
    list: of,
    identity: who,
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
    readBefore: TEN,
    readAfter: ELEVEN,
    ...read,
  };
}

const nobody = { count: 0, listed: [] };

export const below = (changed: Partial<BelowFact> = {}): BelowFact => ({
  before: nobody,
  after: nobody,
  appeared: nobody,
  vanished: nobody,
  touched: [],
  ...changed,
});

export const people = (...ids: string[]) => ({ count: ids.length, listed: ids });
