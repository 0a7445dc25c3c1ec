import { isSlot, nextSlot, type Schedule, slotsPassed } from '../platform/slots.js';

/** A slot whose moment has come and which nobody is reading. */
export interface OpenSlot {
  readonly dueAt: Date;
  readonly trigger: 'schedule' | 'manual';
  /** `abandoned`: it was claimed, and the lease ran out. */
  readonly state: 'due' | 'abandoned';
}

/** A slot that is in the database, whatever became of it. */
export interface SeenSlot {
  readonly dueAt: Date;
  /** When a process first saw it; before `dueAt` unless it was found too late. */
  readonly createdAt: Date;
  /** It ended because no configuration named the source any more. */
  readonly leftOut?: boolean;
}

export interface Situation {
  readonly now: Date;
  /** Oldest first. */
  readonly open: readonly OpenSlot[];
  /** The scheduled slot that was seen last (not the latest one: a changed schedule may go back); null: none yet. */
  readonly lastSeen: SeenSlot | null;
  /** Every slot still ahead, and of the passed ones those that are open. */
  readonly seen: readonly SeenSlot[];
  readonly paused: Pause | null;
  /** Those that are over; of interest is what came due in them while nobody was there to record it. */
  readonly pausesOver: readonly PauseOver[];
}

export interface Pause {
  readonly at: Date;
  readonly why: string;
}

export interface PauseOver extends Pause {
  readonly until: Date;
}

export interface Ending {
  readonly dueAt: Date;
  readonly state: 'failed' | 'missed';
  readonly why: string;
}

/** What has to be written so that every slot seen has one state, and the next one exists before it is due. */
export interface CatchUp {
  /** Slots that are in the database and end now. */
  readonly ended: readonly Ending[];
  /** Slots nobody had seen in time: recorded, and missed. */
  readonly missed: readonly Ending[];
  /** Slots to insert as due: the newest passed one if nobody had seen it, and the next. */
  readonly due: readonly Date[];
}

/** Slots recorded one by one after a gap; what lies before is told by the oldest of them. */
export const LISTED_AFTER_GAP = 1_000;

const NOBODY = 'no process that reads it looked for work';
const LEFT_OUT = 'the source was not configured';
const WAITED = 'it was still waiting for its turn when the next slot was due';
const ABANDONED = 'the process that read it stopped before publishing, and a newer slot was due';
const RESCHEDULED = 'the schedule was changed before it was due';

/**
 * After any gap the newest passed slot runs and the older ones are recorded as missed, each with its reason.
 * @param schedule null: the source is read only when a person asks
 */
export function catchUp(schedule: Schedule | null, situation: Situation, limit = LISTED_AFTER_GAP): CatchUp {
  const { slots: unseen, cutAfter } = unseenSlots(schedule, situation, limit);
  const ended: Ending[] = [];
  const runnable: OpenSlot[] = [];
  for (const slot of situation.open) {
    const why = refusal(schedule, situation, slot);
    if (why === null) runnable.push(slot);
    else ended.push({ dueAt: slot.dueAt, state: 'missed', why });
  }
  const runnableUnseen = unseen.filter((slot) => pausedWhy(situation, slot) === null);
  const newest = latest([...runnable.map((slot) => slot.dueAt), ...runnableUnseen]);
  for (const slot of runnable) if (slot.dueAt.getTime() !== newest) ended.push(passedOver(situation, slot));
  const unread = situation.lastSeen?.leftOut === true ? LEFT_OUT : NOBODY;
  const missed = unseen
    .filter((slot) => slot.getTime() !== newest)
    .map((dueAt): Ending => ({ dueAt, state: 'missed', why: passedPaused(situation, dueAt) ?? unread }));
  const due = unseen.filter((slot) => slot.getTime() === newest);
  const next = schedule === null ? null : nextSlot(schedule, situation.now);
  if (next !== null && !situation.seen.some((slot) => slot.dueAt.getTime() === next.getTime()))
    due.push(next);
  return { ended, missed: cutAfter === null ? missed : tellCut(missed, cutAfter), due };
}

interface UnseenSlots {
  readonly slots: readonly Date[];
  /** The slot seen last, if the first ones after it are too many to be listed. */
  readonly cutAfter: Date | null;
}

/** Slots since the one seen last. None while that one is still ahead: then nothing has passed unseen. */
function unseenSlots(schedule: Schedule | null, { lastSeen, now }: Situation, limit: number): UnseenSlots {
  if (schedule === null || lastSeen === null) return { slots: [], cutAfter: null };
  const { slots, cut } = slotsPassed(schedule, lastSeen.dueAt, now, limit);
  return { slots, cutAfter: cut ? lastSeen.dueAt : null };
}

/** Why a slot that nobody has begun may not run any more, or null. */
function refusal(schedule: Schedule | null, situation: Situation, slot: OpenSlot): string | null {
  if (slot.state === 'abandoned') return null;
  const paused = pausedWhy(situation, slot.dueAt);
  if (paused !== null) return paused;
  if (slot.trigger === 'manual' || (schedule !== null && isSlot(schedule, slot.dueAt))) return null;
  return RESCHEDULED;
}

function passedOver(situation: Situation, { dueAt, state }: OpenSlot): Ending {
  if (state === 'abandoned') return { dueAt, state: 'failed', why: ABANDONED };
  const paused = passedPaused(situation, dueAt);
  if (paused !== null) return { dueAt, state: 'missed', why: paused };
  const following = situation.seen.find((slot) => slot.dueAt > dueAt);
  const somebodyWasThere = following !== undefined && following.createdAt <= following.dueAt;
  return { dueAt, state: 'missed', why: somebodyWasThere ? WAITED : NOBODY };
}

function pausedWhy({ paused }: Situation, dueAt: Date): string | null {
  if (paused === null || dueAt < paused.at) return null;
  return `paused since ${paused.at.toISOString()}: ${paused.why}`;
}

/** Nobody was to read it, now or then: that nobody was there either says nothing. */
function passedPaused(situation: Situation, dueAt: Date): string | null {
  const over = situation.pausesOver.find(({ at, until }) => dueAt >= at && dueAt < until);
  if (over === undefined) return pausedWhy(situation, dueAt);
  return `paused since ${over.at.toISOString()}, until ${over.until.toISOString()}: ${over.why}`;
}

function latest(slots: readonly Date[]): number {
  return slots.reduce((newest, slot) => Math.max(newest, slot.getTime()), -Infinity);
}

function tellCut(missed: readonly Ending[], after: Date): Ending[] {
  return missed.map((ending, index) => {
    if (index > 0) return ending;
    const why = `${ending.why}; it stands for every slot after ${after.toISOString()}, not listed one by one`;
    return { ...ending, why };
  });
}
