import { compareText, groupBy } from './collect.js';
import type { RecordedChange } from './recorded.js';
import type { Effects } from './side-effects.js';
import type { Effective } from './told.js';

type Step = Pick<
  RecordedChange,
  'what' | 'subject' | 'scope' | 'scopes' | 'effective' | 'latent' | 'role' | 'permission'
>;

/**
 * Answers what one right that came or went changed over all steps of its bearer in its place: a permission gained and
 * lost again was neither. The bearer is a principal in one scope, or a role.
 */
export function netEffects(changes: readonly Step[]): (change: Step) => Effects {
  const byPlace = groupBy(changes, placeOf);
  return (change) => {
    const steps = byPlace.get(placeOf(change)) ?? [];
    return { effective: shareOf(change, steps), latent: latentOf(change, steps) };
  };
}

/** Of several steps together. */
export function effectsOver(steps: readonly Step[]): Effects {
  return { effective: fold(steps, 'effective'), latent: fold(steps, 'latent') };
}

/** Of the right's own, what is still latent in the end and was not in the beginning, or the reverse. */
function latentOf(change: Step, steps: readonly Step[]): Effective {
  const same = steps.filter((step) => isSameRight(step, change));
  // what it gave with effect may be without effect since: then another right has gone
  const own = new Set(same.flatMap(({ effective, latent }) => [effective, latent].flatMap(permissionsIn)));
  const { gained, lost } = fold(steps, 'latent');
  const isOwn = (permission: string): boolean => own.has(permission);
  return { gained: gained.filter(isOwn), lost: lost.filter(isOwn) };
}

const permissionsIn = (effective: Effective | undefined): readonly string[] =>
  effective ? [...effective.gained, ...effective.lost] : [];

const isSameRight = (a: Step, b: Step): boolean => a.role === b.role && a.permission === b.permission;

const placeOf = ({ subject, scope, scopes }: Step): string => JSON.stringify([subject, scope, scopes]);

/** What a permission did first and last decides. */
function fold(steps: readonly Step[], field: 'effective' | 'latent'): Effective {
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
function shareOf(change: Step, steps: readonly Step[]): Effective {
  const net = fold(steps, 'effective');
  const same = steps.filter((step) => isSameRight(step, change));
  const stayed = steps.filter((step) => outcome(steps, step) === step.what);
  const share = (way: 'gained' | 'lost'): string[] => {
    const by = (some: readonly Step[]) => new Set(some.flatMap(({ effective }) => effective?.[way] ?? []));
    const [own, others] = [by(same), by(stayed)];
    const mine = isWay(change, way);
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
