/** From what the store says to what rules see. Pure. */
import { isBelow } from '../access/dn.js';
import {
  type IncompletePart,
  type JudgedPrincipal,
  type JudgedRole,
  type JudgedState,
  type PrincipalAttributes,
  type Right,
  STATE_PARTS,
  type StatePart,
} from '../access/judged-state.js';
import type { Verdict } from '../access/model.js';
import { permissionsOf, RoleCatalogue, roleOf } from '../access/permissions.js';
import { groupBy } from '../drift/collect.js';
import { Alike } from '../platform/alike.js';
import { lastOf } from '../platform/steps.js';
import type { CatalogueRole, IdentityFacts, PeopleBelow } from '../snapshots/access-facts.js';
import { principalView } from '../snapshots/access-principal.js';
import type { DirectGrant } from '../snapshots/grants.view.js';

/** How a list was obtained for a snapshot, as far as it was not read whole. */
export interface ListDoubt {
  readonly stream: string;
  /** '' where the list belongs to the whole source. */
  readonly scope: string;
  /** Null: it was not read for this snapshot. */
  readonly verdict: Verdict | null;
  readonly why: string | null;
  readonly held: number;
  /** It was read completely at least once. */
  readonly known: boolean;
}

/** What a source says of a principal, as it says it. */
export interface StatedAttributes {
  readonly owner: string | null;
  readonly createdBy: string | null;
  readonly createdAt: string | null;
  readonly expiresAt: string | null;
  readonly lastRotatedAt: string | null;
}

export interface StateFacts extends Pick<
  JudgedState,
  'source' | 'product' | 'seq' | 'digest' | 'observedAt' | 'scopeNames'
> {
  readonly grants: readonly DirectGrant[];
  readonly identities: ReadonlyMap<string, IdentityFacts>;
  /** Admin identity → directory entry of the same person. */
  readonly links: ReadonlyMap<string, string>;
  readonly catalogue: readonly CatalogueRole[];
  readonly people: readonly PeopleBelow[];
  readonly attributes: ReadonlyMap<string, StatedAttributes>;
  readonly doubts: readonly ListDoubt[];
  /** Identity that the source is read with. */
  readonly ownAccount: string | null;
  /** Permission → those that it has no effect without. */
  readonly requires: ReadonlyMap<string, readonly string[]>;
}

export function judgedState(facts: StateFacts): JudgedState {
  return lastOf(judgedStateInSteps(facts));
}

const PRINCIPALS_A_STEP = 100;

/** The same, with a pause every now and then. */
export function* judgedStateInSteps(facts: StateFacts): Generator<void, JudgedState> {
  const { source, product, seq, digest, observedAt, scopeNames } = facts;
  return {
    ...{ source, product, seq, digest, observedAt, scopeNames },
    principals: yield* new Principals(facts).all(),
    roles: facts.catalogue.map(judgedRole).sort((a, b) => compare(a.id, b.id) || compare(a.scope, b.scope)),
    incomplete: facts.doubts.flatMap(incompleteParts),
  };
}

function judgedRole({ role, description, scope, permissions }: CatalogueRole): JudgedRole {
  return { id: role, name: description, scope, permissions: [...permissions].sort(compare) };
}

type HeldRight = Omit<Right, 'latent'>;

class Principals {
  private readonly catalogue: RoleCatalogue;
  private readonly adminOf: ReadonlyMap<string, string>;
  private readonly alike = new Alike<readonly Right[]>();

  constructor(private readonly facts: StateFacts) {
    this.catalogue = new RoleCatalogue(facts.catalogue);
    this.adminOf = new Map([...facts.links].map(([admin, entry]) => [entry, admin]));
  }

  *all(): Generator<void, JudgedPrincipal[]> {
    const held = groupBy(this.facts.grants, ({ principal }) => this.adminOf.get(principal) ?? principal);
    const units = [...held]
      .filter(([id]) => this.facts.identities.get(id)?.type === 'OU')
      .map(([id, grants]) => [id, grants.flatMap((grant) => this.rightsOf(grant))] as const);
    const principals: JudgedPrincipal[] = [];
    for (const [id, grants] of held) {
      if (principals.length % PRINCIPALS_A_STEP === 0) yield;
      principals.push(this.principal(id, this.rightsBy(grants, this.through(id, units))));
    }
    yield;
    return principals.sort((a, b) => compareIds(a.id, b.id));
  }

  /** Whoever holds the same by themselves alone shares one list. */
  private rightsBy(grants: readonly DirectGrant[], through: readonly HeldRight[]): readonly Right[] {
    const all = (): Right[] => {
      const own = grants.flatMap((grant) => this.rightsOf(grant));
      return withLatency(distinct([...own, ...through]), this.facts.requires);
    };
    if (through.length > 0) return all();
    return this.alike.of(JSON.stringify(grants.map(({ target, inScope }) => [target, inScope])), all);
  }

  private rightsOf(grant: DirectGrant): HeldRight[] {
    const role = roleOf(grant.target) ?? null;
    return permissionsOf(grant, this.catalogue).map((permission) => {
      return { permission, scope: grant.inScope, role, through: null };
    });
  }

  /** What a person holds because of the units above. */
  private through(id: string, units: readonly (readonly [string, readonly HeldRight[]])[]): HeldRight[] {
    const person = this.facts.identities.get(this.facts.links.get(id) ?? id);
    const key = person?.type === 'USER' ? person.matchKey : null;
    if (key === null) return [];
    return units.flatMap(([unit, rights]) => {
      const { matchKey = null, key: dn = null, name = null } = this.facts.identities.get(unit) ?? {};
      if (matchKey === null || !isBelow(key, matchKey)) return [];
      return rights.map((right) => ({ ...right, through: { id: unit, name: name ?? dn ?? unit } }));
    });
  }

  private principal(id: string, rights: readonly Right[]): JudgedPrincipal {
    const identity = this.facts.identities.get(id);
    if (identity === undefined) throw new Error(`principal ${id} has no identity: rolewatch fsck says more`);
    const entry = this.facts.identities.get(this.facts.links.get(id) ?? '');
    const below = this.facts.people.find(({ ou }) => ou === id)?.count;
    const { kind, members } = principalView(identity, { entry, below, ownAccount: null });
    return {
      id,
      kind,
      key: identity.key,
      name: identity.name ?? entry?.name ?? null,
      origin: originOf(identity, entry),
      ownAccount: id === this.facts.ownAccount,
      members: members ? { count: members.count ?? null, known: members.known } : null,
      attributes: attributesOf(this.facts.attributes.get(id)),
      rights,
    };
  }
}

function originOf({ origin, nameSpace }: IdentityFacts, entry: IdentityFacts | undefined): Origin {
  if (entry !== undefined || nameSpace === 'dn' || origin === 'LDAP') return 'directory';
  return origin === 'Local' ? 'local' : null;
}
type Origin = JudgedPrincipal['origin'];

/** What cannot be understood was not said. */
function attributesOf(stated: StatedAttributes | undefined): PrincipalAttributes {
  const text = (value: string | null | undefined): string | undefined => {
    const trimmed = value?.trim();
    return trimmed === '' ? undefined : trimmed;
  };
  const date = (value: string | null | undefined): Date | undefined => {
    const at = new Date(text(value) ?? Number.NaN);
    return Number.isNaN(at.getTime()) ? undefined : at;
  };
  const attributes = {
    owner: text(stated?.owner),
    createdBy: text(stated?.createdBy),
    createdAt: date(stated?.createdAt),
    expiresAt: date(stated?.expiresAt),
    lastRotatedAt: date(stated?.lastRotatedAt),
  };
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}

/** One for each (permission, scope, path), in that order. */
function distinct(rights: readonly HeldRight[]): HeldRight[] {
  const keyed = new Map(
    rights.map((right) => [
      [right.scope, right.permission, right.role ?? '', right.through?.id ?? ''].join('\u0000'),
      right,
    ]),
  );
  return [...keyed].sort(([a], [b]) => compare(a, b)).map(([, right]) => right);
}

/** A right is latent while anything it needs, in its scope and by whatever path, is not held or latent itself. */
export function withLatency(
  rights: readonly HeldRight[],
  requires: ReadonlyMap<string, readonly string[]>,
): Right[] {
  const keyOf = (scope: string, permission: string): string => `${scope}\u0000${permission}`;
  const effective = new Set(rights.map(({ scope, permission }) => keyOf(scope, permission)));
  const lacks = ({ scope, permission }: HeldRight): boolean =>
    (requires.get(permission) ?? []).some((needed) => !effective.has(keyOf(scope, needed)));
  for (let size = -1; size !== effective.size;) {
    size = effective.size;
    for (const right of rights) if (lacks(right)) effective.delete(keyOf(right.scope, right.permission));
  }
  return rights.map((right) => ({ ...right, latent: !effective.has(keyOf(right.scope, right.permission)) }));
}

/** Of which part of the state a stream tells. One that we do not know tells of who holds what. */
const PARTS: Readonly<Record<string, readonly StatePart[]>> = {
  // a space that is not listed is not read at all
  device_spaces: STATE_PARTS,
  ldap_entity_summary: ['principals', 'directory'],
  roles: ['catalogue'],
};

function incompleteParts(doubt: ListDoubt): IncompletePart[] {
  const { stream, scope, verdict, why, held, known } = doubt;
  const reasons = [
    ...(verdict === null ? ['not read for this snapshot'] : []),
    ...(verdict !== null && verdict !== 'complete' ? [why ? `${verdict}: ${why}` : verdict] : []),
    ...(held > 0 ? [`${String(held)} missing records are held back`] : []),
    ...(known ? [] : ['never read completely']),
  ];
  if (reasons.length === 0) return [];
  const list = scope === '' ? stream : `${stream}, scope ${scope}`;
  return (PARTS[stream] ?? ['principals']).map((part) => ({ part, why: `${list}: ${reasons.join('; ')}` }));
}

/** By code unit: the same everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareIds(a: string, b: string): number {
  return a.length - b.length || compare(a, b);
}
