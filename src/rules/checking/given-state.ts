/** The small state that a test in a rule's file describes, written out. */
import type {
  IncompletePart,
  JudgedPrincipal,
  JudgedRole,
  JudgedState,
  PrincipalAttributes,
  Right,
} from '../../access/judged-state.js';
import type { PrincipalKind } from '../../access/model.js';
import { latentPermissions, permissionModelOf } from '../../access/permission-model.js';
import type { GivenPrincipal, GivenState } from '../language/test-schema.js';
import type { Vocabulary } from './vocabulary.js';

/** The source of every test. */
export const TEST_SOURCE = 'source';
const TEST_DAY = '2026-01-01';

export interface WrittenOut {
  readonly state: JudgedState;
  readonly asOf: Date;
  /** Identity id → what the test calls the principal. */
  readonly names: ReadonlyMap<string, string>;
}

export function writtenOut(given: GivenState, product: string, vocabulary: Vocabulary): WrittenOut {
  const asOf = dayOf(given.asOf ?? TEST_DAY);
  const writer = new Writer(given, product, vocabulary);
  const principals = writer.principals();
  const scopes = new Set([
    ...(given.scopes ?? []),
    ...principals.flatMap(({ rights }) => rights.map(({ scope }) => scope)),
  ]);
  const state: JudgedState = {
    source: TEST_SOURCE,
    product,
    seq: 1,
    digest: '',
    observedAt: asOf,
    principals,
    roles: writer.roles(),
    scopeNames: new Map(
      [...(scopes.size === 0 ? [vocabulary.scope] : scopes)].map((scope) => [scope, scope]),
    ),
    incomplete: (given.incomplete ?? []).map((part): IncompletePart => ({
      part,
      why: 'not read completely',
    })),
  };
  return { state, asOf, names: new Map([...writer.ids].map(([name, id]) => [id, name])) };
}

function dayOf(text: string): Date {
  return new Date(text);
}

interface Held {
  readonly name: string;
  readonly scope: string;
}

class Writer {
  readonly ids: ReadonlyMap<string, string>;

  constructor(
    private readonly given: GivenState,
    private readonly product: string,
    private readonly vocabulary: Vocabulary,
  ) {
    this.ids = new Map(Object.keys(given.principals ?? {}).map((name, i) => [name, String(i + 1)]));
  }

  principals(): JudgedPrincipal[] {
    return Object.entries(this.given.principals ?? {}).map(([name, one]) => {
      const kind = one.kind ?? (this.product === 'ivanti-epmm' ? 'local-admin' : 'access-token');
      const key = one.key === undefined ? name : one.key;
      return {
        id: this.ids.get(name) ?? '',
        kind,
        key,
        name: key,
        origin: one.origin === 'unknown' ? null : (one.origin ?? originOf(kind)),
        ownAccount: one.own_account ?? false,
        members: membersOf(one, kind),
        attributes: attributesOf(one),
        rights: this.rightsOf(one),
      };
    });
  }

  /** Those of the test only: the product's own would be judged in every test about roles. */
  roles(): JudgedRole[] {
    return Object.entries(this.given.roles ?? {}).map(([id, permissions]) => ({
      id,
      name: this.vocabulary.roles.get(id)?.name ?? id,
      scope: this.vocabulary.scope,
      permissions: permissions.flatMap((permission) => this.expand(permission)),
    }));
  }

  private rightsOf(one: GivenPrincipal): Right[] {
    const direct = (one.roles ?? []).flatMap((role) => this.rightsOfRole(role, null));
    const through = Object.entries(one.via ?? {}).flatMap(([name, roles]) =>
      roles.flatMap((role) => this.rightsOfRole(role, { id: this.ids.get(name) ?? name, name })),
    );
    const single = (one.permissions ?? []).flatMap((text) => this.rightsOfPermission(text));
    const stated = new Set(
      (one.latent ?? []).map((text) => {
        const { name, scope } = this.split(text);
        return `${name} ${scope}`;
      }),
    );
    return this.withLatency([...direct, ...through, ...single], stated);
  }

  private rightsOfRole(text: string, through: Right['through']): Right[] {
    const { name: role, scope } = this.split(text);
    const given = this.given.roles;
    const permissions =
      given !== undefined && Object.hasOwn(given, role)
        ? given[role]
        : this.vocabulary.roles.get(role)?.permissions;
    const all = permissions?.flatMap((permission) => this.expand(permission)) ?? [`role:${role}`];
    return all.map((permission) => ({ permission, scope, role, through, latent: false }));
  }

  private rightsOfPermission(text: string): Right[] {
    const { name, scope } = this.split(text);
    return this.expand(name).map((permission) => ({
      permission,
      scope,
      role: null,
      through: null,
      latent: false,
    }));
  }

  /** A level with those below it; `*`: everything that the product has. */
  private expand(name: string): string[] {
    if (name === '*') return [...this.vocabulary.permissions];
    for (const ladder of permissionModelOf(this.product).ladders.values()) {
      const height = ladder.indexOf(name);
      if (height >= 0) return ladder.slice(0, height + 1);
    }
    return [name];
  }

  private withLatency(rights: readonly Right[], stated: ReadonlySet<string>): Right[] {
    const model = permissionModelOf(this.product);
    const inScope = (scope: string): Set<string> =>
      new Set(rights.filter((right) => right.scope === scope).map(({ permission }) => permission));
    return rights.map((right) => ({
      ...right,
      latent:
        stated.has(`${right.permission} ${right.scope}`) ||
        latentPermissions(inScope(right.scope), model).has(right.permission),
    }));
  }

  /** `7@2`: role 7 in scope 2. */
  private split(text: string): Held {
    const at = text.lastIndexOf('@');
    return at > 0
      ? { name: text.slice(0, at).trim(), scope: text.slice(at + 1).trim() }
      : { name: text, scope: this.vocabulary.scope };
  }
}

function originOf(kind: PrincipalKind): 'local' | 'directory' | null {
  if (kind === 'local-admin' || kind === 'built-in') return 'local';
  return kind === 'directory-user' || kind === 'ldap-group' || kind === 'ldap-ou' ? 'directory' : null;
}

function membersOf({ members }: GivenPrincipal, kind: PrincipalKind): JudgedPrincipal['members'] {
  if (kind !== 'ldap-group' && kind !== 'ldap-ou') return null;
  if (members === undefined || members === 'unknown') return { count: null, known: false };
  // the members of a group cannot be seen, those below a unit can
  return typeof members === 'number' ? { count: members, known: kind === 'ldap-ou' } : members;
}

function attributesOf(one: GivenPrincipal): PrincipalAttributes {
  const { owner, createdBy, createdAt, expiresAt, lastRotatedAt } = one;
  return {
    ...(owner !== undefined && { owner }),
    ...(createdBy !== undefined && { createdBy }),
    ...(createdAt !== undefined && { createdAt: dayOf(createdAt) }),
    ...(expiresAt !== undefined && { expiresAt: dayOf(expiresAt) }),
    ...(lastRotatedAt !== undefined && { lastRotatedAt: dayOf(lastRotatedAt) }),
  };
}
