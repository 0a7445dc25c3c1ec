import type { Cause } from '../access/model.js';
import { levelIn, rungOf } from '../access/permission-model.js';
import { permissionOf, roleOf } from '../access/permissions.js';
import { groupBy } from './collect.js';
import type { Context } from './context.js';
import type { GrantFact, List } from './facts.js';
import { heldIn, type Holder, type Side } from './holdings.js';
import { type Effects, effectsOf, onSide, withLatent } from './side-effects.js';
import type { Draft, LevelStep } from './told.js';
import { membersOf, peopleBelow } from './units.js';

/** A grant that came or went, with the list that told of it. */
interface Turned {
  readonly grant: GrantFact;
  readonly list: List;
  /** scope-disappeared, where the grant went with its scope. */
  readonly leaving?: Draft;
}

/**
 * principal-appeared and -disappeared, role-granted and -revoked, permission-gained and -lost, level-raised and -lowered.
 * @param leaving the changes that tell of scopes which are no longer watched
 */
export function* explainGrantsInSteps(context: Context, leaving: readonly Draft[]): Generator<void, Draft[]> {
  const drafts: Draft[] = [];
  for (const [i, holder] of context.holders.entries()) {
    if (i % HOLDERS_A_STEP === 0) yield;
    drafts.push(...explainSide(context, holder, 'after', leaving));
    drafts.push(...explainSide(context, holder, 'before', leaving));
  }
  return drafts;
}

const HOLDERS_A_STEP = 100;

/** What the holder has on one side only: on `after` what it gained, on `before` what it lost. */
function explainSide(context: Context, holder: Holder, side: Side, leaving: readonly Draft[]): Draft[] {
  const turned = holder.grants
    .filter((grant) => grant[side] && !grant[other(side)])
    .flatMap((grant) => toldOf(context, grant, side, leaving));
  const whole = wholePrincipal(context, holder, side, turned);
  const bundles = bundlesOf(context, side, turned);
  const parts = bundles.map((bundle) => {
    const effects = effectsOfBundle(context, holder, side, bundle, bundles);
    return bundleDraft(context, holder, side, bundle, effects, bundle.first.leaving ?? whole);
  });
  return whole ? [whole, ...parts] : parts;
}

const other = (side: Side): Side => (side === 'after' ? 'before' : 'after');

/** Nothing for a grant that only first reads brought. */
function toldOf(context: Context, grant: GrantFact, side: Side, leaving: readonly Draft[]): Turned[] {
  const lists = side === 'after' ? grant.opened : grant.closed;
  const list = context.readings.deciding(lists, grant.inScope);
  if (!list) return [];
  const went = side === 'before' ? leavingWith(grant, lists, leaving) : undefined;
  return [{ grant, list, ...(went && { leaving: went }) }];
}

/** The scope that took the grant along: the one it applied in, or the one whose lists alone still stated it. */
function leavingWith(
  grant: GrantFact,
  closed: readonly List[],
  leaving: readonly Draft[],
): Draft | undefined {
  const own = leaving.find((scope) => scope.scope === grant.inScope);
  if (own) return own;
  const allLeft = closed.every((list) => leaving.some((scope) => scope.scope === list.scope));
  return allLeft ? leaving.find((scope) => scope.scope === closed[0]?.scope) : undefined;
}

/** A principal that is there on one side only, with rights only there. One that was listed before did not appear. */
function wholePrincipal(
  context: Context,
  holder: Holder,
  side: Side,
  turned: readonly Turned[],
): Draft | undefined {
  const [first] = turned;
  const heldElsewhere = holder.grants.some((grant) => grant[other(side)]);
  if (!first || heldElsewhere || isPresent(context, holder, other(side))) return undefined;
  const parent = turned.every((one) => one.leaving) ? first.leaving : undefined;
  return {
    what: side === 'after' ? 'principal-appeared' : 'principal-disappeared',
    cause: parent?.cause ?? 'assignment',
    kind: context.kindOf(holder.id),
    subject: holder.id,
    window: parent?.window ?? windowOf(context, side, first),
    ...membersOf(context, holder.id, [side]),
    ...(parent && { parent }),
  };
}

/** Judged on the records that make an admin, where there are any: a directory entry is older than the admin. */
function isPresent(context: Context, holder: Holder, side: Side): boolean {
  const parts = context.partsOf(holder.id);
  const administrative = parts.filter((part) => part.nameSpace !== 'dn' && (part.before || part.after));
  return (administrative.length > 0 ? administrative : parts).some((part) => part[side]);
}

function windowOf(context: Context, side: Side, { grant, list }: Turned): Draft['window'] {
  return context.readings.windowOf(list, side === 'before' ? grant.principal : undefined);
}

/** Grants that came or went together and are told as one: a grant, or the steps of one ladder. */
interface Bundle {
  readonly first: Turned;
  readonly permissions: ReadonlySet<string>;
  /** The area of the ladder. */
  readonly area?: string;
}

function bundlesOf(context: Context, side: Side, turned: readonly Turned[]): Bundle[] {
  const areaOf = ({ grant }: Turned) => rungOf(permissionOf(grant.target) ?? '', context.model)?.area;
  const told = (one: Turned) => JSON.stringify([one.grant.inScope, areaOf(one) ?? one.grant.target]);
  return [...groupBy(turned, told).values()].map((together) => {
    const [first] = together;
    const area = areaOf(first);
    const permissions = together.flatMap(({ grant }) =>
      context.catalogue.permissions(grant.target, grant.inScope, side),
    );
    return { first, permissions: new Set(permissions), ...(area !== undefined && { area }) };
  });
}

/** What the bundle changes for its holder; what came or went in the same scope beside it is told there. */
function effectsOfBundle(
  { catalogue, model }: Context,
  holder: Holder,
  side: Side,
  bundle: Bundle,
  bundles: readonly Bundle[],
): Effects {
  const { inScope } = bundle.first.grant;
  const beside = bundles.filter((one) => one.first.grant.inScope === inScope);
  const held = {
    before: heldIn(holder, inScope, 'before', catalogue),
    after: heldIn(holder, inScope, 'after', catalogue),
  };
  const others = new Set(beside.flatMap(({ permissions }) => [...permissions]));
  return onSide(effectsOf(held, { permissions: bundle.permissions, others }, model), side);
}

function bundleDraft(
  context: Context,
  holder: Holder,
  side: Side,
  bundle: Bundle,
  effects: Effects,
  parent: Draft | undefined,
): Draft {
  const { grant, leaving } = bundle.first;
  const role = roleOf(grant.target);
  const cause: Cause = leaving?.cause ?? 'assignment';
  return {
    what: KIND[role !== undefined ? 'role' : bundle.area !== undefined ? 'level' : 'permission'][side],
    cause,
    kind: context.kindOf(holder.id),
    subject: holder.id,
    scope: grant.inScope,
    ...(role !== undefined && { role }),
    ...(role === undefined && { permission: bundle.area ?? permissionOf(grant.target) ?? grant.target }),
    ...(bundle.area !== undefined && { level: levelStep(context, holder, grant.inScope, bundle.area) }),
    ...withLatent(effects),
    window: leaving?.window ?? windowOf(context, side, bundle.first),
    ...membersOf(context, holder.id, [side]),
    ...peopleBelow(context, holder.id, side),
    ...(parent && { parent }),
  };
}

/** From which to which level, of what is held without a role. */
function levelStep({ model }: Context, holder: Holder, inScope: string, area: string): LevelStep {
  const on = (side: Side): string | null => {
    const held = holder.grants.filter((grant) => grant.inScope === inScope && grant[side]);
    const permissions = held.flatMap(({ target }) => permissionOf(target) ?? []);
    return levelIn(area, new Set(permissions), model);
  };
  return { before: on('before'), after: on('after') };
}

const KIND = {
  role: { after: 'role-granted', before: 'role-revoked' },
  permission: { after: 'permission-gained', before: 'permission-lost' },
  level: { after: 'level-raised', before: 'level-lowered' },
} as const;
