/**
 * Nets the changes between many neighbours into those between two snapshots: what came and went again is nothing,
 * what changed twice changed once, and `ids` names everything that contributed.
 */
import type { ChangeKind } from '../access/model.js';
import { heightOf, type PermissionModel } from '../access/permission-model.js';
import { lastOf } from '../platform/steps.js';
import { type Group, groupBy } from './collect.js';
import { effectsOver, netEffects } from './net-effects.js';
import type { AttributeValues, RecordedChange } from './recorded.js';
import { withLatent } from './side-effects.js';
import type { Affected, LevelStep, Members, Told, Window } from './told.js';

export interface NettedChange extends Omit<Told, 'attribute'> {
  /** "<seq>.<no>" of all that contributed, oldest first. */
  readonly ids: readonly [string, ...string[]];
  /** First id of the change that this one is part of. */
  readonly partOf?: string;
  readonly attribute?: AttributeValues;
}

/** What begins something, with what ends it. */
const OPPOSITE: Readonly<Partial<Record<ChangeKind, ChangeKind>>> = {
  'principal-disappeared': 'principal-appeared',
  'role-revoked': 'role-granted',
  'permission-lost': 'permission-gained',
  'level-lowered': 'level-raised',
  'scope-disappeared': 'scope-appeared',
  'identity-unlinked': 'identity-linked',
  'role-retired': 'role-defined',
  'role-redefined': 'role-defined',
};

/**
 * @param changes in order of seq and number; all changes of every snapshot in between
 * @param model of the product whose rights they are about
 */
export function net(changes: readonly RecordedChange[], model: PermissionModel): NettedChange[] {
  return lastOf(netInSteps(changes, model));
}

const THINGS_A_STEP = 100;

/** The same, with a pause every now and then. */
export function* netInSteps(
  changes: readonly RecordedChange[],
  model: PermissionModel,
): Generator<void, NettedChange[]> {
  const effectsOf = netEffects(changes);
  yield;
  const comingOrGoing = new Set(
    changes
      .filter(({ what }) => what === 'role-defined' || what === 'role-retired')
      .map(({ subject }) => subject),
  );
  // in the order in which they began
  const groups = [...groupBy(changes, (change) => aboutWhat(change, comingOrGoing)).values()];
  const netted: NettedChange[] = [];
  for (const [i, steps] of groups.entries()) {
    if (i % THINGS_A_STEP === 0) yield;
    netted.push(...netSteps(steps, effectsOf, model));
  }
  yield;
  return withParents(withoutEmptyPrincipals(netted), changes);
}

export const idOf = ({ seq, no }: { readonly seq: number; readonly no: number }): string => `${seq}.${no}`;

/**
 * Changes of one thing: they follow each other.
 * @param comingOrGoing roles of which the catalogue did not have both ends: whatever changed of them is about that
 */
function aboutWhat(change: RecordedChange, comingOrGoing: ReadonlySet<string | undefined>): string {
  const { subject, scope, scopes, role, permission, attribute } = change;
  if (comingOrGoing.has(subject)) return JSON.stringify(['role-defined', subject, scope, scopes, role]);
  const family = OPPOSITE[change.what] ?? change.what;
  const other = family === 'identity-linked' ? change.affected?.[0]?.id : undefined;
  return JSON.stringify([
    family,
    subject,
    scope,
    scopes,
    role,
    permission,
    attribute?.name,
    attribute?.stream,
    other,
  ]);
}

function netSteps(
  steps: Group<RecordedChange>,
  effectsOf: ReturnType<typeof netEffects>,
  model: PermissionModel,
): NettedChange[] {
  const [first, ...later] = steps;
  const { seq: _, no: __, partOf: ___, latent: ____, ...last } = later.at(-1) ?? first;
  const ids: NettedChange['ids'] = [idOf(first), ...later.map(idOf)];
  const whole: NettedChange = { ...last, ids, window: windowOver(first, last, steps) };
  if (last.attribute) return netAttribute(whole, first.attribute ?? last.attribute, last.attribute);
  if (last.what === 'members-changed') return netMembers(whole, first, steps);
  if (steps.some(({ what }) => ROLE_CHANGES.has(what))) return netRole(whole, first, steps);
  const level = last.level && { before: first.level?.before ?? null, after: last.level.after };
  const what = level ? wayOf(last.permission ?? '', level, model) : last.what;
  if (what === undefined || (!level && first.what !== what)) return [];
  const effects = last.effective && withLatent(effectsOf({ ...last, what }));
  return [{ ...whole, what, ...(level && { level }), ...effects }];
}

const ROLE_CHANGES: ReadonlySet<ChangeKind> = new Set(['role-defined', 'role-redefined', 'role-retired']);

/** From the first level to the last one: up, down, or nowhere. */
function wayOf(area: string, { before, after }: LevelStep, model: PermissionModel): ChangeKind | undefined {
  const climb = heightOf(area, after, model) - heightOf(area, before, model);
  return climb > 0 ? 'level-raised' : climb < 0 ? 'level-lowered' : undefined;
}

type Timed = Pick<NettedChange, 'window'>;

function windowOver(first: Timed, last: Timed, steps: readonly Timed[]): Window {
  const { notSeenAt } = first.window;
  return {
    ...(notSeenAt && { notSeenAt }),
    seenAt: last.window.seenAt,
    statedBy: [...new Set(steps.flatMap(({ window }) => window.statedBy))],
  };
}

/** Values that were erased cannot be compared: the change stays. */
function netAttribute(whole: NettedChange, from: AttributeValues, to: AttributeValues): NettedChange[] {
  if (from.before !== undefined && from.before === to.after) return [];
  const { before: _, ...rest } = to;
  return [{ ...whole, attribute: { ...rest, ...(from.before !== undefined && { before: from.before }) } }];
}

function netMembers(
  whole: NettedChange,
  first: RecordedChange,
  steps: readonly RecordedChange[],
): NettedChange[] {
  const before = first.members?.before;
  const { before: _, ...last } = whole.members ?? { known: false };
  const members: Members = { allows: [], ...(before !== undefined && { before }), ...last };
  const affected = netPeople(steps);
  const { affectedCount, ...rest } = whole;
  const cut = steps.some((step) => step.affectedCount !== step.affected?.length);
  if (before === members.after && affected.length === 0 && !cut) return [];
  const named =
    affectedCount === undefined ? {} : { affected, ...(!cut && { affectedCount: affected.length }) };
  return [{ ...rest, members, ...named }];
}

/** Who came and went again, or went and came back, is not named. */
function netPeople(steps: readonly RecordedChange[]): Affected[] {
  const people = groupBy(
    steps.flatMap((step) => step.affected ?? []),
    (person) => person.id,
  );
  return [...people.values()].flatMap(([first, ...later]) => {
    const last = later.at(-1) ?? first;
    return first.presentOnly === last.presentOnly ? [last] : [];
  });
}

/** A role that was defined and then redefined was defined; one that was retired and came back was redefined at most. */
function netRole(
  whole: NettedChange,
  first: RecordedChange,
  steps: readonly RecordedChange[],
): NettedChange[] {
  const wasThere = first.what !== 'role-defined';
  const isThere = whole.what !== 'role-retired';
  if (!wasThere && !isThere) return [];
  const effects = effectsOver(steps);
  const { effective } = effects;
  const what: ChangeKind = !wasThere ? 'role-defined' : isThere ? 'role-redefined' : 'role-retired';
  const nothing = what === 'role-redefined' && effective.gained.length + effective.lost.length === 0;
  const { level: _, permission: __, ...role } = whole;
  return nothing ? [] : [{ ...role, what, cause: 'catalogue', ...withLatent(effects) }];
}

const PART_OF_PRINCIPAL: Readonly<Partial<Record<ChangeKind, readonly ChangeKind[]>>> = {
  'principal-appeared': ['role-granted', 'permission-gained', 'level-raised'],
  'principal-disappeared': ['role-revoked', 'permission-lost', 'level-lowered'],
};

/** Somebody whose rights came and went in between neither appeared nor disappeared as a holder of rights. */
function withoutEmptyPrincipals(changes: readonly NettedChange[]): NettedChange[] {
  const ofSubject = groupBy(changes, ({ subject }) => subject);
  return changes.filter(({ what, subject }) => {
    const parts = PART_OF_PRINCIPAL[what];
    return !parts || ofSubject.get(subject)?.some((one) => parts.includes(one.what));
  });
}

/** A part whose whole is gone stands alone. */
function withParents(netted: readonly NettedChange[], changes: readonly RecordedChange[]): NettedChange[] {
  const byId = new Map(netted.flatMap((change) => change.ids.map((id) => [id, change] as const)));
  const wholes = new Map<string, NettedChange | undefined>();
  for (const { seq, no, partOf } of changes) {
    if (partOf !== undefined) wholes.set(idOf({ seq, no }), byId.get(idOf({ seq, no: partOf })));
  }
  return netted.map((change) => {
    const whole = change.ids.map((id) => wholes.get(id)).findLast((one) => one !== undefined);
    return whole ? { ...change, partOf: whole.ids[0] } : change;
  });
}
