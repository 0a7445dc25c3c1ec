/**
 * Nets the changes between many neighbours into those between two snapshots: what came and went again is nothing,
 * what changed twice changed once, and `ids` names everything that contributed.
 */
import type { ChangeKind } from '../access/model.js';
import { compareText, groupBy } from './collect.js';
import { type Effects, netEffects } from './net-effects.js';
import type { AttributeValues, RecordedChange } from './recorded.js';
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

/** @param changes in order of seq and number; all changes of every snapshot in between */
export function net(changes: readonly RecordedChange[]): NettedChange[] {
  const effects = netEffects(changes);
  const netted = [...groupBy(changes, aboutWhat).values()].flatMap((steps) => netSteps(steps, effects));
  return withParents(withoutEmptyPrincipals(netted), changes);
}

export const idOf = ({ seq, no }: { readonly seq: number; readonly no: number }): string => `${seq}.${no}`;

/** Changes of one thing: they follow each other. */
function aboutWhat(change: RecordedChange): string {
  const family = OPPOSITE[change.what] ?? change.what;
  const { subject, scope, scopes, role, permission, attribute } = change;
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

function netSteps(steps: readonly RecordedChange[], effects: Effects): NettedChange[] {
  const [first, last] = [steps[0], steps.at(-1)];
  if (!first || !last) return [];
  const [id, ...ids] = steps.map(idOf);
  const { seq, no, partOf, ...told } = last;
  const whole: NettedChange = { ...told, ids: [id ?? idOf({ seq, no }), ...ids], window: windowOver(steps) };
  if (last.attribute) return netAttribute(whole, first, last);
  if (last.what === 'members-changed') return netMembers(whole, steps);
  if (last.kind === 'role') return netRole(whole, steps, effects);
  if (first.what !== last.what) return [];
  return [{ ...whole, ...(last.effective && { effective: effects.of(last) }) }];
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
  const effective = effects.ofRole(steps);
  const what: ChangeKind = !wasThere ? 'role-defined' : isThere ? 'role-redefined' : 'role-retired';
  const nothing = what === 'role-redefined' && effective.gained.length + effective.lost.length === 0;
  return nothing ? [] : [{ ...whole, what, effective }];
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
      const whole = wholes.get(change.ids.at(-1) ?? '');
      return whole ? { ...change, partOf: whole.ids[0] } : change;
    });
}
