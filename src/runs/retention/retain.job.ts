import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../platform/database.js';
import { isDatabaseAway } from '../../platform/database-away.js';
import { hasCode, messageOf } from '../../platform/errors.js';
import { EVERY_SOURCE, holdsInForce, type LegalHold } from '../../snapshots/legal-holds.view.js';
import { RETENTION_KINDS } from '../../snapshots/retention-kinds.js';
import { keptOf, type RetentionConfig } from './retention-config.js';
import { MOST_ATTEMPTS } from '../timing.js';
import { type RetentionClaim, RetentionRunStore } from './retention-run.store.js';
import { OF_A_SOURCE, OF_THE_STORE } from './tables.js';

export interface RetainParts {
  readonly db: Database;
  readonly config: RetentionConfig;
  /** Who is written into the logs. */
  readonly actor: string;
  /** Rows in one transaction; tests make it small. */
  readonly batch?: number;
  readonly store?: RetentionRunStore;
  /** How long answers that were begun before a horizon moved may go on reading behind it. */
  readonly graceMs?: number;
}

/** Small enough to be over in a moment, for whoever publishes meanwhile. */
const BATCH = 2_000;
const GRACE_MS = 30_000;

export interface Retained {
  readonly source: string;
  /** Why nothing was deleted, where it might have been. */
  readonly why?: string;
  readonly error?: string;
  /** Rows that went, by table. */
  readonly removed: Readonly<Record<string, number>>;
}

/**
 * What one run of retention does: state how long things are kept, move the horizons, then delete what lies before
 * them, batch by batch. Killed at any point, it goes on where it was; nothing depends on what is left to delete.
 */
export class Retain {
  private readonly store: RetentionRunStore;

  constructor(private readonly parts: RetainParts) {
    this.store = parts.store ?? new RetentionRunStore(parts.db);
  }

  /**
   * Every run of tonight that is left to do.
   * @param signal aborted: the one at work is left to whoever comes next
   * @throws where the database went away meanwhile: the next look goes on there
   */
  async tonight(signal: AbortSignal): Promise<Retained[]> {
    const done: Retained[] = [];
    for (;;) {
      if (signal.aborted) return done;
      const claim = await this.store.claimNext();
      if (claim === null) return done;
      done.push(await this.perform(claim, signal, this.parts.actor));
    }
  }

  /** @param actor by whom, if not by whoever runs this @throws RolewatchError source-busy */
  async now(source: string, signal: AbortSignal, actor = this.parts.actor): Promise<Retained> {
    return this.perform(await this.store.claimNow(source), signal, actor);
  }

  private async perform(claim: RetentionClaim, signal: AbortSignal, actor: string): Promise<Retained> {
    const { source } = claim;
    const removed: Record<string, number> = {};
    try {
      const why = await this.work(claim, removed, signal, actor);
      if (why === undefined && signal.aborted) {
        await this.store.handBack(claim);
        return { source, why: 'interrupted', removed };
      }
      await this.store.end(claim, why === undefined ? {} : { why }, actor);
      return { source, ...(why !== undefined && { why }), removed };
    } catch (error) {
      if (hasCode(error, 'fenced')) return { source, why: messageOf(error), removed };
      // a restart of the database is no fault of the night's, unless it goes on and on
      if (isDatabaseAway(error) && claim.epoch < MOST_ATTEMPTS) {
        await this.store.handBack(claim);
        throw error;
      }
      // a hold that was placed meanwhile is no fault
      const placed = hasCode(error, OBJECT_IN_USE) ? { why: messageOf(error) } : { error: messageOf(error) };
      await this.store.end(claim, placed, actor);
      return { source, ...placed, removed };
    }
  }

  /** @returns why nothing may go */
  private async work(
    claim: RetentionClaim,
    removed: Record<string, number>,
    signal: AbortSignal,
    actor: string,
  ): Promise<string | undefined> {
    const { db, config, batch = BATCH, graceMs = GRACE_MS } = this.parts;
    const { source } = claim;
    await this.store.state(claim, keptOf(config, source), actor);
    if (source !== EVERY_SOURCE) {
      const [hold] = await holdsInForce(db, source);
      if (hold !== undefined) return heldText(hold);
      let moved = false;
      for (const kind of RETENTION_KINDS) moved = (await this.store.moveHorizon(claim, kind)) || moved;
      if (moved) await sleep(graceMs, undefined, { signal }).catch(() => undefined);
    }
    for (const table of source === EVERY_SOURCE ? OF_THE_STORE : OF_A_SOURCE) {
      for (let gone: number | null = batch; gone !== null && gone >= batch && !signal.aborted;) {
        gone = await this.store.removeSome(claim, table, batch);
        if (gone !== null && gone > 0) removed[table] = (removed[table] ?? 0) + gone;
      }
    }
    return undefined;
  }
}

/** What the database's own functions say where a hold is in force. */
const OBJECT_IN_USE = '55006';

function heldText({ source, identityId, since, reason }: LegalHold): string {
  const what =
    source === EVERY_SOURCE
      ? 'everything'
      : identityId === null
        ? source
        : `identity ${identityId} of ${source}`;
  return `${what} is on legal hold since ${since.toISOString()}: ${reason}`;
}
