import { dnKey } from '../../../src/access/dn.js';
import type { JsonObject } from '../../../src/sources/source.js';
import type { Planted } from './planted-store.js';

/** Role id → what it allows. */
const ROLES: Readonly<Record<number, readonly [description: string, ...permissions: string[]]>> = {
  1: ['Manage administrators and device spaces', 'Manage administrators'],
  7: ['Wipe device', 'View device', 'Wipe device'],
  13: ['View label', 'View label'],
};

type Held = Readonly<Record<number, readonly number[]>>;

const spaceRoles = (held: Held): JsonObject['spaceRoles'] =>
  Object.entries(held).map(([spaceId, roles]) => ({
    spaceId: Number(spaceId),
    spaceName: `Space ${spaceId}`,
    roles: roles.map((id) => ({
      id,
      name: `ROLE_${id}`,
      description: `holder's words for ${id}`,
      defaultSpaceOnly: false,
    })),
  }));

export function admin(
  key: string,
  held: Held,
  more: { name?: string; origin?: string; scope?: string } = {},
): Planted {
  const { name = key, origin = 'Local', scope = '1' } = more;
  return {
    stream: 'user_summary',
    scope,
    nameSpace: 'admin',
    matchKey: key,
    body: { origin, spaceRoles: spaceRoles(held) ?? [] },
    personal: { name, email: `${key}@example.com` },
  };
}

export function entry(type: 'USER' | 'GROUP' | 'OU', dn: string, held: Held = {}, memberCount = 0): Planted {
  return {
    stream: 'ldap_entity_summary',
    scope: '1',
    nameSpace: 'dn',
    matchKey: dnKey(dn),
    shownKey: dn,
    body: { type, memberCount, spaceRoles: spaceRoles(held) ?? [] },
    personal: { name: dn.split(/[=,]/)[1] ?? dn },
  };
}

export function listed(key: string): Planted {
  return {
    stream: 'users',
    scope: '',
    nameSpace: 'admin',
    matchKey: key,
    body: { builtIn: key === 'misystem' },
    personal: { name: null },
  };
}

export function role(id: number, scope = '1', permissions?: readonly string[]): Planted {
  const [description, ...usual] = ROLES[id] ?? [`role ${id}`];
  const body = { category: 'c', description, defaultSpaceOnly: false, permissions: permissions ?? usual };
  return { stream: 'roles', scope, nameSpace: 'role', matchKey: String(id), body };
}

export const catalogue = (): Planted[] => [1, 7, 13].map((id) => role(id));

export function space(id: number, name: string): Planted {
  const body = { name, criteria: null, status: null, priority: id };
  return { stream: 'device_spaces', scope: '', nameSpace: 'scope', matchKey: String(id), body };
}
