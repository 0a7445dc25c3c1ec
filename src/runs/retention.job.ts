import { Injectable } from '@nestjs/common';
import { inLog } from '../platform/database-words.js';
import { RolewatchError } from '../platform/errors.js';
import type { Log } from '../platform/log.js';
import type { Retain, Retained } from './retention/retain.job.js';

/** What one replica does for retention: whatever of tonight is left to do. What that is, PostgreSQL knows. */
@Injectable()
export class RetentionPulse {
  private readonly stopping = new AbortController();
  private working: Promise<void> | null = null;

  constructor(
    private readonly retain: Pick<Retain, 'tonight' | 'now'>,
    private readonly log: Log,
  ) {}

  /** One look; one that comes while the last is still at work does nothing. Never rejects. */
  async beat(): Promise<void> {
    if (this.stopping.signal.aborted || this.working !== null) return;
    await this.begin(async () => {
      for (const done of await this.retain.tonight(this.stopping.signal)) this.tell(done);
    });
  }

  /**
   * Begins now with what is due of these, one after the other, and waits no longer.
   * @returns of which @throws RolewatchError stopping, source-busy
   */
  startNow(sources: readonly string[], actor: string): readonly string[] {
    if (this.stopping.signal.aborted)
      throw new RolewatchError('stopping', 'this process is about to end: ask again');
    if (this.working !== null)
      throw new RolewatchError(
        'source-busy',
        'this process is at a run of retention already: see retention/runs',
      );
    void this.begin(async () => {
      for (const source of sources) await this.one(source, actor);
    });
    return sources;
  }

  /** Ends after the batch under way; another process, or the next start, goes on there. */
  async drain(): Promise<void> {
    this.stopping.abort();
    await this.working;
  }

  /** One that another process is at is left to it. */
  private async one(source: string, actor: string): Promise<void> {
    const { signal } = this.stopping;
    if (signal.aborted) return;
    try {
      this.tell(await this.retain.now(source, signal, actor));
    } catch (error) {
      this.log.warn('retention did not begin', { source, error });
    }
  }

  private async begin(work: () => Promise<void>): Promise<void> {
    this.working = work().catch((error: unknown) => {
      // the database may be away for a while: the next look asks again
      this.log.error('retention failed', inLog(error));
    });
    await this.working;
    this.working = null;
  }

  private tell({ source, why, error, removed }: Retained): void {
    const count = Object.values(removed).reduce((sum, n) => sum + n, 0);
    if (error === undefined) this.log.info('retention ended', { source, count, why });
    else this.log.error('retention failed', { source, count, why: error });
  }
}
