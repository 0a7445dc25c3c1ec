import { compareText, groupBy } from './collect.js';
import type { RecordedChange } from './recorded.js';
import type { Effective } from './told.js';

type Step = Pick<
  RecordedChange,
  'what' | 'subject' | 'scope' | 'effective' | 'latent' | 'kind' | 'role' | 'permission'
>;

/** Effects over all steps: a permission gained and lost again was neither. */
export interface Effects {
  /** Of one right of a principal that came or went, in its scope. */
  of(change: Step): Effective;
  /** Of the same right, what is still latent in the end and was not in the beginning, or the reverse. */
  latentOf(change: Step): Effective;
  /** Of the steps of one role of the catalogue. */
  ofRole(steps: readonly Step[]): Effective;
  /** The same for what is latent. */
  latentOfRole(steps: readonly Step[]): Effective;
}

export function netEffects(changes: readonly Step[]): Effects {
  const rights = changes.filter((change) => change.effective && change.kind !== 'role');
  const byPlace = groupBy(rights, placeOf);
  const nets = new Map([...byPlace].map(([place, steps]) => [place, fold(steps)]));
  const latents = new Map([...byPlace].map(([place, steps]) => [place, fold(steps, 'latent')]));
  return {
    ofRole: (steps) => fold(steps),
    latentOfRole: (steps) => fold(steps, 'latent'),
    latentOf(change) {
      const same = (byPlace.get(placeOf(change)) ?? []).filter((step) => isSameRight(step, change));
      // what it gave with effect may be without effect since: then another right has gone
      const own = new Set(
        same.flatMap(({ effective, latent }) => [effective, latent].flatMap(permissionsIn)),
      );
      const all = latents.get(placeOf(change)) ?? NONE;
      const lasting = (way: 'gained' | 'lost'): string[] =>
        all[way].filter((permission) => own.has(permission));
      return { gained: lasting('gained'), lost: lasting('lost') };
    },
    of(change) {
      const steps = byPlace.get(placeOf(change)) ?? [];
      return shareOf(change, steps, nets.get(placeOf(change)) ?? { gained: [], lost: [] });
    },
  };
}

const NONE: Effective = { gained: [], lost: [] };

const permissionsIn = (effective: Effective | undefined): readonly string[] =>
  effective ? [...effective.gained, ...effective.lost] : [];

const isSameRight = (a: Step, b: Step): boolean => a.role === b.role && a.permission === b.permission;

const placeOf = ({ subject, scope }: Step): string => JSON.stringify([subject, scope]);

/** What a permission did first and last decides. */
function fold(steps: readonly Step[], field: 'effective' | 'latent' = 'effective'): Effective {
  const firsts = new Map<string, 'gained' | 'lost'>();
  const lasts = new Map<string, 'gained' | 'lost'>();
  for (const { [field]: effective } of steps) {
    for (const way of ['lost', 'gained'] as const) {
      for (const permission of effective?.[way] ?? []) {
        if (!firsts.has(permission)) firsts.set(permission, way);
        lasts.set(permission, way);
      }
    }
  }
  const that = (way: 'gained' | 'lost'): string[] =>
    [...firsts].flatMap(([p, first]) => (first === way && lasts.get(p) === way ? [p] : [])).sort(compareText);
  return { gained: that('gained'), lost: that('lost') };
}

/**
 * Of the net, what this right did itself, and what a right did that has gone again since: what it gave is held through
 * one that stayed. (Of several that stayed all are named with it: each of them may be the one.)
 */
function shareOf(change: Step, steps: readonly Step[], net: Effective): Effective {
  const same = steps.filter((step) => isSameRight(step, change));
  const stayed = steps.filter((step) => outcome(steps, step) === step.what);
  const share = (way: 'gained' | 'lost'): string[] => {
    const own = new Set(same.flatMap((step) => step.effective?.[way] ?? []));
    const others = new Set(stayed.flatMap((step) => step.effective?.[way] ?? []));
    const mine = change.effective?.[way].length !== undefined && isWay(change, way);
    return net[way].filter((permission) => own.has(permission) || (mine && !others.has(permission)));
  };
  return { gained: share('gained'), lost: share('lost') };
}

const isWay = (change: Step, way: 'gained' | 'lost'): boolean =>
  (way === 'gained') ===
  (change.what === 'role-granted' || change.what === 'permission-gained' || change.what === 'level-raised');

/** How the right of a step ended: the kind of its steps if first and last agree. */
function outcome(steps: readonly Step[], step: Step): Step['what'] | undefined {
  const same = steps.filter((one) => isSameRight(one, step));
  return same[0]?.what === same.at(-1)?.what ? same[0]?.what : undefined;
}
