import { Injectable } from '@nestjs/common';
import { isDatabaseAway, unanswered } from '../platform/database-away.js';
import { databaseReason } from '../platform/database-words.js';
import { Database } from '../platform/database.js';
import type { Delays } from '../platform/event-loop.js';
import type { Sql } from '../platform/tx.js';
import { within } from '../platform/within.js';
import type { ClockSkew } from './clock-skew.js';
import {
  ownTroubles,
  preventing,
  replicaTroubles,
  schemaTroubles,
  storeTroubles,
  type Trouble,
  trouble,
} from './health.js';
import { JudgePulse } from './judge.job.js';
import { PulseJob } from './pulse.job.js';
import { ReplicaJob } from './replica.job.js';
import { type ReplicaStatus, replicasOf } from './replicas.view.js';
import { retentionTroubles, RetentionWatch } from './retention/retention-watch.job.js';
import { schemaStanding } from './schema-standing.view.js';
import { withRetention } from './source-health.js';
import { type SourceStatus, statusOfSources } from './status.view.js';

/** Whoever asks for health wants to know soon: an answer that takes longer is a "no". */
const PATIENCE_MS = 3_000;

/** What this process knows of itself, whether or not its database is there. */
export interface OwnStatus {
  readonly roles: readonly string[];
  readonly lookedMsAgo: number | null;
  readonly clock: ClockSkew | null;
  readonly eventLoop: Delays;
}

export interface HealthReport {
  /** `unavailable`: this process cannot do what it is there for; `troubled`: people should know something. */
  readonly status: 'ok' | 'troubled' | 'unavailable';
  readonly troubles: readonly Trouble[];
  readonly process: OwnStatus;
  readonly replicas: readonly ReplicaStatus[];
  readonly sources: readonly SourceStatus[];
}

interface Told extends Pick<HealthReport, 'replicas' | 'sources'> {
  readonly away: readonly Trouble[];
  readonly store: readonly Trouble[];
}

@Injectable()
export class Health {
  private readonly began = performance.now();
  private readonly sql: Sql;
  private stopping = false;
  private asked: Promise<Trouble[]> | null = null;

  constructor(
    private readonly db: Database,
    private readonly judge: JudgePulse,
    private readonly pulse: PulseJob,
    private readonly replica: ReplicaJob,
    private readonly retention: RetentionWatch,
  ) {
    this.sql = { query: (text, params) => this.inTime(this.db.query(text, params, PATIENCE_MS)) };
  }

  /** From now on this process is not ready: whoever sends it work looks for another one. */
  stop(): void {
    this.stopping = true;
  }

  /** Why this process judges nothing, or null: it does. */
  get notJudging(): string | null {
    return this.judge.notJudging;
  }

  /** What keeps this process from its work; nothing: it is ready. That a source is down is no reason. */
  async unready(): Promise<Trouble[]> {
    return preventing([...this.own(), ...(await this.database())]);
  }

  async report(): Promise<HealthReport> {
    const { away, replicas, sources, store } = await this.told();
    const others = isUnreachable(away) ? [] : replicaTroubles(replicas);
    const own = this.own().filter(({ code }) => others.length === 0 || code !== 'clock-skew');
    const troubles = [...own, ...away, ...others, ...store];
    const troubled = troubles.length > 0 || sources.some((source) => source.troubles.length > 0);
    const status = preventing(troubles).length > 0 ? 'unavailable' : troubled ? 'troubled' : 'ok';
    return { status, troubles, process: this.process, replicas, sources };
  }

  get process(): OwnStatus {
    const { roles, skew: clock, eventLoop } = this.replica;
    const looked = this.pulse.lookedMsAgo;
    return {
      roles,
      lookedMsAgo: looked === null ? null : Math.round(looked),
      clock,
      eventLoop: eventLoop.delays,
    };
  }

  /** @throws what the database throws, or an Error if it does not answer in time */
  async sources(): Promise<SourceStatus[]> {
    return withRetention(
      await statusOfSources(this.sql),
      await retentionTroubles(this.sql, this.retention.config),
    );
  }

  private async store(): Promise<Trouble[]> {
    return storeTroubles(await retentionTroubles(this.sql, this.retention.config));
  }

  /** What only the database knows. It may answer one question and hang on the next, where somebody holds a lock. */
  private async told(): Promise<Told> {
    const away = await this.database();
    const nothing = { replicas: [], sources: [], store: [] };
    if (isUnreachable(away)) return { away, ...nothing };
    try {
      const [replicas, sources, store] = await Promise.all([this.replicas(), this.sources(), this.store()]);
      return { away, replicas, sources, store };
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      return { away: [...away, unreachable(error)], ...nothing };
    }
  }

  private replicas(): Promise<ReplicaStatus[]> {
    return replicasOf(this.sql);
  }

  private own(): Trouble[] {
    const looked = this.pulse.lookedMsAgo ?? performance.now() - this.began;
    return ownTroubles({
      stopping: this.stopping,
      lookedMsAgo: this.replica.works ? looked : null,
      notJudging: this.notJudging,
      skew: this.replica.skew,
    });
  }

  /** Asked once for all who ask at a time: they must not use up the connections of a database that hangs. */
  private database(): Promise<Trouble[]> {
    return (this.asked ??= schemaStanding(this.sql)
      .then(schemaTroubles, (error: unknown) => [unreachable(error)])
      .finally(() => (this.asked = null)));
  }

  private async inTime<T>(answer: Promise<T>): Promise<T> {
    if (await within(PATIENCE_MS, answer)) return answer;
    answer.catch(() => undefined);
    throw unanswered();
  }
}

const isUnreachable = (troubles: readonly Trouble[]): boolean =>
  troubles.some(({ code }) => code === 'database-unreachable');

function unreachable(error: unknown): Trouble {
  const why = databaseReason(error);
  const words = why === undefined ? 'the database does not answer' : `the database cannot be used: ${why}`;
  return trouble('database-unreachable', words);
}
