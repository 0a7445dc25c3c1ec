import type { Database } from '../platform/database.js';
import type { Standing } from './finding.js';
import type { RuleFacts } from './judge.js';
import { judgedBy, type JudgedBy, judgingOf, type SiteParts } from './site-judging.view.js';
import { standingsOf } from './standings.view.js';
import { type StatedWaiver, strayWaivers } from './waiver-file.js';
import { waiverCannotApply, type WaiverState, waiverStateOf } from './waiver-state.js';
import { waiversOf } from './waivers.view.js';

/** A waiver as its file has it, and what it does. */
export interface WaiverView extends WaiverState {
  readonly at: string;
  readonly source: string;
  readonly rule: string;
  readonly subject: { readonly kind: string; readonly key?: string };
  readonly fields: Readonly<Record<string, string>>;
  readonly reason: string;
  readonly approver: string;
  readonly from: string | null;
  readonly until: string;
  readonly accepts: string | null;
}

/**
 * The waivers of some sources, in the order of their file.
 * @param known the sources there are, as far as whoever asks sees them
 * @throws RolewatchError refused, with every fault of the file
 */
export async function waiversAnswer(
  parts: SiteParts,
  known: readonly string[],
  sees: (source: string) => boolean,
): Promise<WaiverView[]> {
  const by = await judgedBy(parts);
  const mine = by.stated.filter(({ subject }) => sees(subject.source));
  const grounds = new Map<string, Ground>();
  for (const source of known)
    if (mine.some(({ subject }) => subject.source === source))
      grounds.set(source, await groundOf(parts.db, source, by));
  const views: WaiverView[] = [];
  for (const stated of mine) {
    const ground = grounds.get(stated.subject.source);
    const [stray = ''] = strayWaivers([stated], known);
    const state = ground === undefined ? cannotApply(stated, stray) : await stateOf(parts.db, stated, ground);
    views.push(viewOf(stated, state));
  }
  return views;
}

/** What the waivers of one source are held against. */
interface Ground {
  readonly rules: readonly RuleFacts[];
  readonly standings: readonly Standing[];
  readonly now: Date;
  readonly judged: boolean;
}

async function groundOf(db: Database, source: string, by: JudgedBy): Promise<Ground> {
  const { now, due } = await judgingOf(db, source, by);
  return { rules: by.judge.rules, standings: await standingsOf(db, source), now, judged: due === null };
}

async function stateOf(db: Database, stated: StatedWaiver, ground: Ground): Promise<WaiverState> {
  const { waivers, notes } = await waiversOf(db, stated.subject.source, [stated], ground.rules);
  const [waiver] = waivers;
  return waiver === undefined
    ? cannotApply(stated, notes[0] ?? '')
    : waiverStateOf(waiver, ground.standings, ground);
}

/** @param note as `check` has it, behind the place in the file */
function cannotApply({ at }: StatedWaiver, note: string): WaiverState {
  return waiverCannotApply(note.slice(at.length));
}

function viewOf({ at, subject, from, until, ...waiver }: StatedWaiver, state: WaiverState): WaiverView {
  const { source, kind, key } = subject;
  const { rule, fields, reason, approver, accepts } = waiver;
  const span = { from: from?.toISOString() ?? null, until: until.toISOString() };
  const about = { kind, ...(key !== null && { key }) };
  return { at, source, rule, subject: about, fields, reason, approver, ...span, accepts, ...state };
}
