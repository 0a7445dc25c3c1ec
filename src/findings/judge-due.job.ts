import type { Database } from '../platform/database.js';
import { onceItAnswers } from '../platform/database-away.js';
import { databaseWords } from '../platform/database-words.js';
import { messageOf, RolewatchError } from '../platform/errors.js';
import { inSteps } from '../platform/in-steps.js';
import type { OwnTime } from '../platform/own-time.js';
import type { Tx } from '../platform/tx.js';
import { whileRenewing } from '../platform/while-renewing.js';
import type { Verdicts } from '../rules/verdicts.js';
import { knownSources } from '../snapshots/known-source.view.js';
import { productOf } from '../sources/source-config.js';
import { activateAtFirstStart } from './activate-rules.job.js';
import {
  type Judge,
  NOTHING_WATCHED,
  type Rulebook,
  type RuleFacts,
  verdictsDigestInSteps,
} from './judge.js';
import { accountIdentity, isRetiredAt, judgedStateOf } from './judged-state.view.js';
import { type RecordedEvent, type RecordedJudgement, recordJudgement } from './judgement.store.js';
import {
  dueAgain,
  dueForJudgement,
  endDue,
  type JudgementClaim,
  JudgementDueStore,
  lockForJudging,
} from './judgement-due.store.js';
import { type Judged, nextEventsInSteps } from './life.js';
import { activeRulesetDigest, rulesetDocument } from './ruleset.view.js';
import { situationOf } from './situation.view.js';
import { pastMatches, standingsOf } from './standings.view.js';
import { idleWaiver, inForceAt, type Waiver, waiversDigest } from './waiver.js';
import { type StatedWaiver, strayWaivers } from './waiver-file.js';
import { type FoundWaivers, waiversOf } from './waivers.view.js';
import { type JudgementReason, whyDue } from './why-due.js';

/** What one judgement brought, told in the transaction that records it. */
export interface JudgementTold {
  readonly source: string;
  readonly product: string;
  readonly seq: number;
  readonly judgement: number;
  readonly events: readonly RecordedEvent[];
  /** Those that judged. */
  readonly rules: readonly RuleFacts[];
}

export interface JudgeParts {
  readonly db: Database;
  readonly rulebook: Rulebook;
  /** What the site has accepted, read anew each time. @throws RolewatchError config-invalid */
  readonly waivers: () => Promise<readonly StatedWaiver[]>;
  /** User id that a source is read with; undefined: not known here, then as it was judged before. */
  readonly accountOf: (source: string) => string | null | undefined;
  /** Writes what is worth telling, in the transaction of the judgement. */
  readonly told?: (tx: Tx, told: JudgementTold) => Promise<void>;
  /** Absent: as it passes. */
  readonly time?: OwnTime;
}

export interface JudgedOnce {
  readonly source: string;
  readonly seq: number;
  readonly judgement: number;
  readonly reason: JudgementReason;
  readonly events: readonly RecordedEvent[];
}

export interface NotJudged {
  /** Absent: no source can be judged by this process. */
  readonly source?: string;
  readonly why: string;
}

export interface Judging {
  readonly judged: readonly JudgedOnce[];
  readonly notJudged: readonly NotJudged[];
  /** About waivers that cannot apply, or apply to nothing. */
  readonly notes: readonly string[];
}

/** How long a judgement that failed waits for the database to say so: what ended it may have ended every connection. */
const HAND_BACK_MS = 10_000;

/** What judging stands on; the same for every source. */
interface Bench {
  readonly judge: Judge;
  readonly stated: readonly StatedWaiver[];
}

export interface JudgeOrder {
  /** Only these; by default every source that was ever read. */
  readonly sources?: readonly string[];
  /** Judge the latest snapshot although nothing asks for it. */
  readonly again?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * TRANSACTION 2 and what leads to it: see what is due, claim it, read the state, judge, record. A process that dies
 * leaves nothing behind but a row that is still due; nothing here can undo a snapshot.
 */
export class JudgeDue {
  private readonly due: JudgementDueStore;
  private lastJudge: Judge | undefined;
  private readonly found = new Map<string, { readonly key: string; readonly found: FoundWaivers }>();
  /** Two processes with different files would otherwise outvote each other at every look. */
  private readonly askedFor = new Map<string, string>();

  constructor(
    private readonly parts: JudgeParts,
    due?: JudgementDueStore,
  ) {
    this.due = due ?? new JudgementDueStore(parts.db);
  }

  /** Judges everything that is due. Never rejects because of rules or waivers: what it could not do, it says. */
  async judge({ sources, again = false, signal }: JudgeOrder = {}): Promise<Judging> {
    const bench = await this.bench();
    if ('why' in bench) return { judged: [], notJudged: [bench], notes: [] };
    const [judged, notJudged]: [JudgedOnce[], NotJudged[]] = [[], []];
    const known = await knownSources(this.parts.db);
    const notes = strayWaivers(
      bench.stated,
      known.map(({ name }) => name),
    );
    for (const { name, kind, lastSeq } of known) {
      if (lastSeq === 0 || (sources !== undefined && !sources.includes(name))) continue;
      try {
        await this.see(bench, name, again);
        while (signal?.aborted !== true) {
          const claim = await this.due.claim(name);
          if (claim === null) break;
          judged.push(await this.judgeClaimed(bench, claim, productOf(kind)));
        }
        notes.push(...(await this.notesOn(bench, name)));
      } catch (error) {
        notJudged.push({ source: name, why: databaseWords(error) ?? messageOf(error) });
      }
    }
    return { judged, notJudged, notes };
  }

  /** At the first start the rules on disk are put in force, so that the first manifest names them. @returns why not, or null */
  async prepare(): Promise<string | null> {
    try {
      await activateAtFirstStart(this.parts.db, this.parts.rulebook);
      return null;
    } catch (error) {
      if (error instanceof RolewatchError) return error.message;
      throw error;
    }
  }

  /** The active ruleset as a judge, and the waivers; or why this process cannot judge at all. */
  private async bench(): Promise<Bench | NotJudged> {
    const fault = await this.prepare();
    if (fault !== null) return { why: fault };
    const judge = await this.activeJudge();
    if ('why' in judge) return judge;
    try {
      return { judge, stated: await this.parts.waivers() };
    } catch (error) {
      if (error instanceof RolewatchError) return { why: error.message };
      throw error;
    }
  }

  /** Read once: a ruleset is many texts, and this is asked at every pulse. */
  private async activeJudge(): Promise<Judge | NotJudged> {
    const { db, rulebook } = this.parts;
    const digest = await activeRulesetDigest(db);
    if (digest === null) return { why: 'no ruleset is active' };
    if (this.lastJudge?.digest === digest) return this.lastJudge;
    try {
      this.lastJudge = rulebook.read((await rulesetDocument(db, digest)) ?? null);
      return this.lastJudge;
    } catch (error) {
      const about = `this program cannot read the active ruleset ${digest.slice(0, 12)}`;
      return { why: `${about}: ${messageOf(error)}` };
    }
  }

  /** Makes the latest snapshot due where something has changed that it is judged by. */
  private async see(bench: Bench, source: string, again: boolean): Promise<void> {
    const { db } = this.parts;
    const situation = await situationOf(db, source);
    if (situation === null) return;
    const { waivers } = await this.waivers(bench, source, situation.lastSeq);
    const digest = waiversDigest(inForceAt(waivers, situation.now));
    const due = whyDue(situation, { rulesetDigest: bench.judge.digest, waiversDigest: digest });
    const refused = due === 'waivers' && this.askedFor.get(source) === digest;
    this.askedFor.set(source, digest);
    const reason = refused || due === null ? (again ? 'manual' : null) : due;
    if (reason === null) return;
    await db.transaction((tx) =>
      reason === 'published' ? dueForJudgement(tx, source, situation.lastSeq) : dueAgain(tx, source, reason),
    );
  }

  /** What somebody should know about the waivers of a source, now that it is judged. */
  private async notesOn(bench: Bench, source: string): Promise<string[]> {
    const { db } = this.parts;
    const situation = bench.stated.length === 0 ? null : await situationOf(db, source);
    if (situation === null) return [];
    const { waivers, notes } = await this.waivers(bench, source, situation.lastSeq);
    const standings = await standingsOf(db, source);
    const idle = waivers.map((waiver) => {
      const said = idleWaiver(waiver, standings, situation.now);
      return said === null ? [] : [waiver.at + said];
    });
    return [...notes, ...idle.flat()];
  }

  private async judgeClaimed(bench: Bench, claim: JudgementClaim, product: string): Promise<JudgedOnce> {
    try {
      const { id: judgement, events } = await whileRenewing(
        () => this.due.renew(claim),
        this.due.renewMs,
        () => this.perform(bench, claim, product),
        this.parts.time,
      );
      const { source, seq, reason } = claim;
      return { source, seq, judgement, reason, events };
    } catch (error) {
      const handBack = (): Promise<void> => this.due.handBack(claim, messageOf(error));
      // whoever still cannot tell why leaves the claim to run out: what failed is worth more than that
      await onceItAnswers(handBack, HAND_BACK_MS, this.parts.time).catch(() => undefined);
      throw error;
    }
  }

  /** Whom a waiver is about is looked up once for each snapshot. */
  private async waivers({ judge, stated }: Bench, source: string, seq: number): Promise<FoundWaivers> {
    const mine = stated.filter(({ subject }) => subject.source === source);
    const key = JSON.stringify([seq, judge.digest, mine]);
    const known = this.found.get(source);
    if (known?.key === key) return known.found;
    const found = await waiversOf(this.parts.db, source, mine, judge.rules);
    this.found.set(source, { key, found });
    return found;
  }

  private async perform(bench: Bench, claim: JudgementClaim, product: string): Promise<RecordedJudgement> {
    const { db, told } = this.parts;
    const { judge } = bench;
    const { source, seq, asOf } = claim;
    const ownAccount = await this.ownAccount(source);
    const state = await judgedStateOf(db, source, seq, { product, ownAccount });
    const watched = !(await isRetiredAt(db, source, seq));
    const verdicts: Verdicts = watched ? await judge.judge(state, asOf) : NOTHING_WATCHED;
    const digest = await inSteps(verdictsDigestInSteps(verdicts));
    const subjects = new Set([
      ...state.principals.map(({ id }) => `principal ${id}`),
      ...state.roles.map(({ id }) => `role ${id}`),
      `source ${source}`,
    ]);
    const judged: Judged = { verdicts, watched, shows: ({ kind, id }) => subjects.has(`${kind} ${id}`) };
    const { waivers } = await this.waivers(bench, source, seq);
    return db.transaction(async (tx) => {
      await lockForJudging(tx, claim);
      const previous = await standingsOf(tx, source);
      const past = await pastOf(tx, source, waivers);
      const events = await inSteps(nextEventsInSteps(previous, past, judged, waivers, asOf));
      const recorded = await recordJudgement(tx, {
        claim,
        snapshotDigest: state.digest,
        rulesetDigest: judge.digest,
        waivers: inForceAt(waivers, asOf),
        verdictsDigest: digest,
        ownAccount,
        assessments: verdicts.assessments,
        rules: judge.rules,
        previous,
        events,
      });
      await told?.(tx, {
        source,
        product,
        seq,
        judgement: recorded.id,
        events: recorded.events,
        rules: judge.rules,
      });
      await endDue(tx, claim);
      return recorded;
    });
  }

  private async ownAccount(source: string): Promise<string | null> {
    const account = this.parts.accountOf(source);
    if (account === undefined) return (await situationOf(this.parts.db, source))?.ownAccount ?? null;
    return account === null ? null : accountIdentity(this.parts.db, source, account);
  }
}

async function pastOf(tx: Tx, source: string, waivers: readonly Waiver[]): ReturnType<typeof pastMatches> {
  const rules = [...new Set(waivers.map(({ rule }) => rule))];
  return rules.length === 0 ? [] : pastMatches(tx, source, rules);
}
