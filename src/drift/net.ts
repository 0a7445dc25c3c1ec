/**
 * Nets the changes between many neighbours into those between two snapshots: what came and went again is nothing,
 * what changed twice changed once, and `ids` names everything that contributed.
 */
import type { ChangeKind } from '../access/model.js';
import { heightOf, type PermissionModel } from '../access/permission-model.js';
import { compareText, groupBy } from './collect.js';
import { type Effects, netEffects } from './net-effects.js';
import type { AttributeValues, RecordedChange } from './recorded.js';
import { withLatent } from './side-effects.js';
import type { Affected, Members, Told, Window } from './told.js';

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
  const effects = netEffects(changes);
  const comingOrGoing = new Set(
    changes
      .filter(({ what }) => what === 'role-defined' || what === 'role-retired')
      .map(({ subject }) => subject),
  );
  const groups = groupBy(changes, (change) => aboutWhat(change, comingOrGoing)).values();
  const netted = [...groups].flatMap((steps) => netSteps(steps, effects, model));
  return withParents(withoutEmptyPrincipals(netted), changes);
}

export const idOf = ({ seq, no }: { readonly seq: number; readonly no: number }): string => `${seq}.${no}`;

/**
 * Changes of one thing: they follow each other.
 * @param comingOrGoing roles of which the catalogue did not have both ends: whatever changed of them is about that
 */
function aboutWhat(change: RecordedChange, comingOrGoing: ReadonlySet<string | undefined>): string {
  const { subject, scope, scopes, role, permission, attribute } = change;
  if (change.kind === 'role' && !attribute && comingOrGoing.has(subject))
    return JSON.stringify(['role-defined', subject, scope, scopes, role]);
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
  steps: readonly RecordedChange[],
  effects: Effects,
  model: PermissionModel,
): NettedChange[] {
  const [first, last] = [steps[0], steps.at(-1)];
  if (!first || !last) return [];
  const [id, ...ids] = steps.map(idOf);
  const { seq, no, partOf, ...told } = last;
  const { latent: _, ...rest } = told;
  const whole: NettedChange = { ...rest, ids: [id ?? idOf({ seq, no }), ...ids], window: windowOver(steps) };
  if (last.attribute) return netAttribute(whole, first, last);
  if (last.what === 'members-changed') return netMembers(whole, steps);
  if (last.kind === 'role' && steps.some(({ what }) => ROLE_CHANGES.has(what)))
    return netRole(whole, steps, effects);
  const what = last.level ? wayOf(first, last, model) : first.what === last.what ? last.what : undefined;
  if (what === undefined) return [];
  const level = first.level &&
    last.level && { level: { before: first.level.before, after: last.level.after } };
  return [{ ...whole, what, ...level, ...netEffect({ ...last, what }, steps, effects) }];
}

const ROLE_CHANGES: ReadonlySet<ChangeKind> = new Set(['role-defined', 'role-redefined', 'role-retired']);

/** From the first level to the last one: up, down, or nowhere. */
function wayOf(first: RecordedChange, last: RecordedChange, model: PermissionModel): ChangeKind | undefined {
  const area = last.permission ?? '';
  const [from, to] = [first.level?.before ?? null, last.level?.after ?? null];
  const climb = heightOf(area, to, model) - heightOf(area, from, model);
  if (climb === 0) return undefined;
  return climb > 0 ? 'level-raised' : 'level-lowered';
}

function netEffect(
  change: RecordedChange,
  steps: readonly RecordedChange[],
  effects: Effects,
): Pick<Told, 'effective' | 'latent'> {
  if (!change.effective) return {};
  const isRole = change.kind === 'role';
  const latent = isRole ? effects.latentOfRole(steps) : effects.latentOf(change);
  return withLatent({ effective: isRole ? effects.ofRole(steps) : effects.of(change), latent });
}

function windowOver(steps: readonly RecordedChange[]): Window {
  const [first, last] = [steps[0], steps.at(-1)];
  const statedBy = [...new Set(steps.flatMap((step) => step.window.statedBy))];
  return {
    ...(first?.window.notSeenAt && { notSeenAt: first.window.notSeenAt }),
    seenAt: last?.window.seenAt ?? new Date(0),
    statedBy,
  };
}

/** Values that were erased cannot be compared: the change stays. */
function netAttribute(whole: NettedChange, first: RecordedChange, last: RecordedChange): NettedChange[] {
  const [from, to] = [first.attribute, last.attribute];
  if (!from || !to || (from.before !== undefined && from.before === to.after)) return [];
  const { before, ...rest } = to;
  return [{ ...whole, attribute: { ...rest, ...(from.before !== undefined && { before: from.before }) } }];
}

function netMembers(whole: NettedChange, steps: readonly RecordedChange[]): NettedChange[] {
  const before = steps[0]?.members?.before;
  const after = steps.at(-1)?.members?.after;
  const members: Members = {
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
    known: steps.at(-1)?.members?.known ?? false,
    allows: steps.at(-1)?.members?.allows ?? [],
  };
  const affected = netPeople(steps);
  const { affectedCount, ...rest } = whole;
  const cut = steps.some((step) => step.affectedCount !== step.affected?.length);
  if (before === after && affected.length === 0 && !cut) return [];
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
  return [...people.values()].flatMap((moves) => {
    const last = moves.at(-1);
    return last && moves[0]?.presentOnly === last.presentOnly ? [last] : [];
  });
}

/** A role that was defined and then redefined was defined; one that was retired and came back was redefined at most. */
function netRole(whole: NettedChange, steps: readonly RecordedChange[], effects: Effects): NettedChange[] {
  const wasThere = steps[0]?.what !== 'role-defined';
  const isThere = steps.at(-1)?.what !== 'role-retired';
  if (!wasThere && !isThere) return [];
  const [effective, latent] = [effects.ofRole(steps), effects.latentOfRole(steps)];
  const what: ChangeKind = !wasThere ? 'role-defined' : isThere ? 'role-redefined' : 'role-retired';
  const nothing = what === 'role-redefined' && effective.gained.length + effective.lost.length === 0;
  const { level: _, permission: __, ...role } = whole;
  return nothing ? [] : [{ ...role, what, cause: 'catalogue', ...withLatent({ effective, latent }) }];
}

const PART_OF_PRINCIPAL: Readonly<Partial<Record<ChangeKind, readonly ChangeKind[]>>> = {
  'principal-appeared': ['role-granted', 'permission-gained', 'level-raised'],
  'principal-disappeared': ['role-revoked', 'permission-lost', 'level-lowered'],
};

/** Somebody whose rights came and went in between neither appeared nor disappeared as a holder of rights. */
function withoutEmptyPrincipals(changes: readonly NettedChange[]): NettedChange[] {
  return changes.filter(({ what, subject }) => {
    const parts = PART_OF_PRINCIPAL[what];
    return !parts || changes.some((one) => one.subject === subject && parts.includes(one.what));
  });
}

/** In the order in which they began; a part whose whole is gone stands alone. */
function withParents(netted: readonly NettedChange[], changes: readonly RecordedChange[]): NettedChange[] {
  const byId = new Map(netted.flatMap((change) => change.ids.map((id) => [id, change] as const)));
  const order = new Map(changes.map((change, index) => [idOf(change), index]));
  const wholes = new Map<string, NettedChange | undefined>();
  for (const { seq, no, partOf } of changes) {
    if (partOf !== undefined) wholes.set(idOf({ seq, no }), byId.get(idOf({ seq, no: partOf })));
  }
  const began = (change: NettedChange): number => order.get(change.ids[0]) ?? 0;
  return [...netted]
    .sort((a, b) => began(a) - began(b) || compareText(a.what, b.what))
    .map((change) => {
      const whole = change.ids.map((id) => wholes.get(id)).findLast((one) => one !== undefined);
      return whole ? { ...change, partOf: whole.ids[0] } : change;
    });
}
