/** What rights that came or went really change: what has effect, and what is held in vain for want of another right. */
import {
  latentPermissions,
  livePermissions,
  needsOneOf,
  type PermissionModel,
} from '../access/permission-model.js';
import { compareText } from './collect.js';
import type { Side } from './holdings.js';
import type { Effective } from './told.js';

/** Everything that one bearer holds in one scope, before and after. */
export type Held = Readonly<Record<Side, ReadonlySet<string>>>;

export interface Effects {
  readonly effective: Effective;
  readonly latent: Effective;
}

/** Which of a bearer's differences are a part's own: its permissions, and those that have effect with it and not without. */
export interface Part {
  readonly permissions: ReadonlySet<string>;
  /** What other parts came or went with: theirs. */
  readonly others: ReadonlySet<string>;
}

export function effectsOf(held: Held, part: Part, model: PermissionModel): Effects {
  const live = { before: livePermissions(held.before, model), after: livePermissions(held.after, model) };
  const latent = {
    before: latentPermissions(held.before, model),
    after: latentPermissions(held.after, model),
  };
  const own = (permission: string): boolean =>
    part.permissions.has(permission) ||
    (!part.others.has(permission) && needsOneOf(permission, part.permissions, model));
  const only = (some: ReadonlySet<string>, others: ReadonlySet<string>): string[] =>
    [...some].filter((permission) => !others.has(permission) && own(permission)).sort(compareText);
  return {
    effective: { gained: only(live.after, live.before), lost: only(live.before, live.after) },
    latent: { gained: only(latent.after, latent.before), lost: only(latent.before, latent.after) },
  };
}

/** For a draft: `latent` is said only where there is something to say. */
export function withLatent({ effective, latent }: Effects): { effective: Effective; latent?: Effective } {
  return latent.gained.length + latent.lost.length > 0 ? { effective, latent } : { effective };
}

/** Of one side of a change that went one way only. */
export function onSide({ effective, latent }: Effects, side: Side): Effects {
  const [gained, lost] = side === 'after' ? [effective.gained, []] : [[], effective.lost];
  return { effective: { gained, lost }, latent };
}
