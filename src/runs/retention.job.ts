import { Injectable } from '@nestjs/common';
import { inLog } from '../platform/database-words.js';
import type { Log } from '../platform/log.js';
import type { Retain } from './retention/retain.job.js';

/** What one replica does for retention: whatever of tonight is left to do. What that is, PostgreSQL knows. */
@Injectable()
export class RetentionPulse {
  private readonly stopping = new AbortController();
  private working: Promise<void> | null = null;

  constructor(
    private readonly retain: Pick<Retain, 'tonight'>,
    private readonly log: Log,
  ) {}

  /** One look; one that comes while the last is still at work does nothing. Never rejects. */
  async beat(): Promise<void> {
    if (this.stopping.signal.aborted || this.working !== null) return;
    this.working = this.look().catch((error: unknown) => {
      // the database may be away for a while: the next look asks again
      this.log.error('retention failed', inLog(error));
    });
    await this.working;
    this.working = null;
  }

  /** Ends after the batch under way; another process, or the next start, goes on there. */
  async drain(): Promise<void> {
    this.stopping.abort();
    await this.working;
  }

  private async look(): Promise<void> {
    for (const { source, why, error, removed } of await this.retain.tonight(this.stopping.signal)) {
      const count = Object.values(removed).reduce((sum, n) => sum + n, 0);
      if (error === undefined) this.log.info('retention ended', { source, count, why });
      else this.log.error('retention failed', { source, count, why: error });
    }
  }
}
