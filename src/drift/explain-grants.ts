import type { Cause } from '../access/model.js';
import { roleOf } from '../access/permissions.js';
import { compareText } from './collect.js';
import type { Context } from './context.js';
import type { GrantFact, List } from './facts.js';
import { effective, type Holder, type Side } from './holdings.js';
import type { Draft, Effective } from './told.js';
import { membersOf, peopleBelow } from './units.js';

/** A grant that came or went, with the list that told of it. */
interface Turned {
  readonly grant: GrantFact;
  readonly list: List;
  /** scope-disappeared, where the grant went with its scope. */
  readonly leaving?: Draft;
}

/**
 * principal-appeared and -disappeared, role-granted and -revoked, permission-gained and -lost.
 * @param leaving the changes that tell of scopes which are no longer watched
 */
export function explainGrants(context: Context, leaving: readonly Draft[]): Draft[] {
  return context.holders.flatMap((holder) => [
    ...explainSide(context, holder, 'after', leaving),
    ...explainSide(context, holder, 'before', leaving),
  ]);
}

/** What the holder has on one side only: on `after` what it gained, on `before` what it lost. */
function explainSide(context: Context, holder: Holder, side: Side, leaving: readonly Draft[]): Draft[] {
  const turned = holder.grants
    .filter((grant) => grant[side] && !grant[other(side)])
    .flatMap((grant) => toldOf(context, grant, side, leaving));
  const whole = wholePrincipal(context, holder, side, turned);
  const net = netEffect(context, holder, side);
  const parts = turned.map((one) => grantDraft(context, holder, side, one, net, one.leaving ?? whole));
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

/** Per scope: what the holder may do on this side and could not, or cannot, on the other. */
function netEffect(context: Context, holder: Holder, side: Side): (scope: string) => ReadonlySet<string> {
  const byScope = new Map<string, ReadonlySet<string>>();
  return (scope) => {
    const known = byScope.get(scope);
    if (known) return known;
    const elsewhere = effective(holder, scope, other(side), context.catalogue);
    const here = effective(holder, scope, side, context.catalogue);
    const net = new Set([...here].filter((permission) => !elsewhere.has(permission)));
    byScope.set(scope, net);
    return net;
  };
}

function grantDraft(
  context: Context,
  holder: Holder,
  side: Side,
  turned: Turned,
  net: (scope: string) => ReadonlySet<string>,
  parent: Draft | undefined,
): Draft {
  const { grant, leaving } = turned;
  const role = roleOf(grant.target);
  const allowed = context.catalogue.permissions(grant.target, grant.inScope, side);
  const netOfIt = allowed.filter((permission) => net(grant.inScope).has(permission)).sort(compareText);
  const cause: Cause = leaving?.cause ?? 'assignment';
  return {
    what: KIND[role === undefined ? 'permission' : 'role'][side],
    cause,
    kind: context.kindOf(holder.id),
    subject: holder.id,
    scope: grant.inScope,
    ...(role === undefined ? { permission: allowed[0] ?? grant.target } : { role }),
    effective: effectOf(side, netOfIt),
    window: leaving?.window ?? windowOf(context, side, turned),
    ...membersOf(context, holder.id, [side]),
    ...peopleBelow(context, holder.id, side),
    ...(parent && { parent }),
  };
}

const KIND = {
  role: { after: 'role-granted', before: 'role-revoked' },
  permission: { after: 'permission-gained', before: 'permission-lost' },
} as const;

function effectOf(side: Side, permissions: readonly string[]): Effective {
  return side === 'after' ? { gained: permissions, lost: [] } : { gained: [], lost: permissions };
}
