import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database.js';
import { JudgePulse } from './judge.job.js';
import { migrationsAreFinished } from './readiness.view.js';
import { type SourceStatus, statusOfSources } from './status.view.js';

/** Whoever asks for health wants to know soon: an answer that takes longer is a "no". */
const PATIENCE_MS = 3_000;

@Injectable()
export class Health {
  constructor(
    private readonly db: Database,
    private readonly judge: JudgePulse,
  ) {}

  /** Why this process judges nothing, or null: it does. */
  get notJudging(): string | null {
    return this.judge.notJudging;
  }

  /** Whether this process can do its work now. */
  async ready(): Promise<boolean> {
    return this.inTime(migrationsAreFinished(this.db)).catch(() => false);
  }

  /** @throws what the database throws, or an Error if it does not answer in time */
  async sources(): Promise<SourceStatus[]> {
    return this.inTime(statusOfSources(this.db));
  }

  private async inTime<T>(answer: Promise<T>): Promise<T> {
    const answered = new AbortController();
    const late = sleep(PATIENCE_MS, undefined, { signal: answered.signal }).then(() => {
      throw new Error('the database does not answer');
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      late.catch(() => undefined);
      answered.abort();
    }
  }
}
