/** What a caller may be allowed to do, and which roles allow it. Everything else is refused. */

export const ROLES = ['viewer', 'reviewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

const ALL = ROLES;
const REVIEWING: readonly Role[] = ['reviewer', 'admin'];
/** Whoever is called at night says so, whatever they else do. */
const ANSWERING: readonly Role[] = ['reviewer', 'operator', 'admin'];
const OPERATING: readonly Role[] = ['operator', 'admin'];
const ADMIN: readonly Role[] = ['admin'];

/**
 * The whole table. Whoever reviews does not operate, and the other way round. What puts rules in force, blanks a person
 * or ends a token is an admin's: neither who keeps the files nor who judges the findings approves their own.
 */
const ALLOWED = {
  'api:read': ALL,
  'sources:read': ALL,
  'snapshots:read': ALL,
  'drift:read': ALL,
  'access:read': ALL,
  'coverage:read': ALL,
  'findings:read': ALL,
  'rules:read': ALL,
  'waivers:read': ALL,
  'alerts:read': ALL,
  'report:read': ALL,
  'evidence:read': ALL,
  'metrics:read': ALL,
  'retention:read': ALL,
  'holds:read': ALL,
  'findings:acknowledge': REVIEWING,
  'alerts:acknowledge': ANSWERING,
  'runs:start': OPERATING,
  'judgements:start': OPERATING,
  'shrink:accept': OPERATING,
  'sources:resume': OPERATING,
  'evidence:create': OPERATING,
  'alerts:test': OPERATING,
  'alerts:retry': OPERATING,
  'directory:lookup': OPERATING,
  'rules:activate': ADMIN,
  'people:erase': ADMIN,
  'people:hold': ADMIN,
  'retention:run': ADMIN,
  'actions:read': ADMIN,
  'tokens:read': ADMIN,
  'tokens:revoke': ADMIN,
} as const satisfies Readonly<Record<string, readonly Role[]>>;

export type Permission = keyof typeof ALLOWED;

export function isAllowed(role: Role, permission: Permission): boolean {
  const roles: readonly Role[] = ALLOWED[permission];
  return roles.includes(role);
}

/** The roles that have a permission, the least first. */
export function rolesWith(permission: Permission): readonly Role[] {
  return ALLOWED[permission];
}
