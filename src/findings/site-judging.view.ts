import type { Database } from '../platform/database.js';
import { RolewatchError } from '../platform/errors.js';
import { orRefused } from '../platform/http/file-faults.js';
import type { Judge, Rulebook } from './judge.js';
import { activeRulesetDigest, rulesetDocument } from './ruleset.view.js';
import { situationOf } from './situation.view.js';
import { inForceAt, waiversDigest } from './waiver.js';
import type { StatedWaiver } from './waiver-file.js';
import { waiversOf } from './waivers.view.js';
import { whyDue } from './why-due.js';

/** What judging stands on, as configured. */
export interface SiteParts {
  readonly db: Database;
  readonly rulebook: Rulebook;
  /** Read anew each time. @throws RolewatchError config-invalid */
  readonly waivers: () => Promise<readonly StatedWaiver[]>;
}

/** The same, for whoever answers about it. */
export class SiteJudging {
  constructor(readonly parts: SiteParts) {}
}

/** What the next judgement would be made by. */
export interface JudgedBy {
  readonly judge: Judge;
  readonly stated: readonly StatedWaiver[];
}

/** @throws RolewatchError refused, where nothing can be judged by it */
export async function judgedBy({ db, rulebook, waivers }: SiteParts): Promise<JudgedBy> {
  return { judge: await activeJudge(db, rulebook), stated: await orRefused(waivers()) };
}

async function activeJudge(db: Database, rulebook: Rulebook): Promise<Judge> {
  const digest = await activeRulesetDigest(db);
  if (digest === null) throw new RolewatchError('refused', 'no ruleset is active yet');
  return rulebook.read((await rulesetDocument(db, digest)) ?? null);
}

/** The database's time, and why the latest snapshot has to be judged; null: it is judged by what is in force. @throws RolewatchError unknown-source */
export async function judgingOf(
  db: Database,
  source: string,
  { judge, stated }: JudgedBy,
): Promise<{ readonly now: Date; readonly due: string | null }> {
  const situation = await situationOf(db, source);
  if (situation === null) throw new RolewatchError('unknown-source', `no source is called "${source}"`);
  const mine = stated.filter(({ subject }) => subject.source === source);
  const { waivers } = await waiversOf(db, source, mine, judge.rules);
  const digest = waiversDigest(inForceAt(waivers, situation.now));
  const reason = whyDue(situation, { rulesetDigest: judge.digest, waiversDigest: digest });
  const { now, waiting } = situation;
  if (waiting) return { now, due: 'the latest snapshot waits to be judged' };
  return { now, due: reason === null ? null : `the latest snapshot is judged at the next look (${reason})` };
}
