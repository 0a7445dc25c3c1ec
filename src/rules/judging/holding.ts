/** What a matcher looks at: the rights of one holder, those that a rule counts, in one scope or in all together. */
import type { PrincipalAttributes, Right } from '../../access/judged-state.js';
import type { PermissionModel } from '../../access/permission-model.js';
import { roleOf } from '../../access/permissions.js';
import type { RiskTiers } from '../../access/risk.js';
import type { Unknown } from './outcome.js';
import type { Selectors } from './selectors.js';

export interface Holding {
  readonly rights: readonly Right[];
  readonly attributes: PrincipalAttributes;
  /** What it may hold besides, through groups whose members cannot be seen: lacking one of these is not known. */
  readonly perhaps?: readonly Right[];
}

/** What every matcher may ask, the same for all subjects of one judging. */
export interface Surroundings {
  readonly asOf: Date;
  readonly model: PermissionModel;
  readonly tiers: RiskTiers;
  readonly selectors: Selectors;
}

/** The rights by key; keys in code-unit order. */
export function grouped(
  rights: readonly Right[],
  key: (right: Right) => string | null,
): Map<string, Right[]> {
  const groups = new Map<string, Right[]>();
  for (const right of rights) {
    const of = key(right);
    if (of === null) continue;
    const group = groups.get(of);
    if (group === undefined) groups.set(of, [right]);
    else group.push(right);
  }
  return groups.size < 2 ? groups : new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Where a role is held that no catalogue explains: what is not seen may still be there. */
export function unexplained(rights: readonly Right[]): Unknown | undefined {
  const role = rights.map(({ permission }) => roleOf(permission)).find((one) => one !== undefined);
  return role === undefined
    ? undefined
    : { is: 'unknown', why: `role ${role} is held, and no catalogue says what it gives` };
}
