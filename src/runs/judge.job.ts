import { Injectable } from '@nestjs/common';
import type { JudgeDue } from '../findings/judge-due.job.js';
import { inLog } from '../platform/database-words.js';
import type { Log } from '../platform/log.js';

/** What one replica does at each pulse after reading: judge what is due. What is due, PostgreSQL knows. */
@Injectable()
export class JudgePulse {
  private readonly stopping = new AbortController();
  private judging: Promise<void> | null = null;
  private fault: string | null = null;

  constructor(
    private readonly due: Pick<JudgeDue, 'judge'>,
    private readonly log: Log,
  ) {}

  /** Why this process judges nothing, or null: it does. */
  get notJudging(): string | null {
    return this.fault;
  }

  /** One pulse; one that comes while the last is still going on does nothing. Never rejects. */
  async beat(): Promise<void> {
    if (this.stopping.signal.aborted || this.judging !== null) return;
    this.judging = this.look().catch((error: unknown) => {
      // the database may be away for a while: the next pulse asks again
      this.log.error('judging failed', inLog(error));
    });
    await this.judging;
    this.judging = null;
  }

  /** Begins no other judgement, and waits for the one that is under way: it takes seconds. */
  async drain(): Promise<void> {
    this.stopping.abort();
    await this.judging;
  }

  private async look(): Promise<void> {
    const { judged, notJudged } = await this.due.judge({ signal: this.stopping.signal });
    for (const { source, seq, reason, events } of judged)
      this.log.info('judged', { source, seq, why: reason, count: events.length });
    for (const { source, why } of notJudged)
      if (source !== undefined) this.log.error('not judged', { source, why });
    const fault = notJudged.find(({ source }) => source === undefined)?.why ?? null;
    // said when it begins and when it ends, not at every pulse
    if (fault !== null && fault !== this.fault)
      this.log.error('this process reads and publishes, and does not judge', { why: fault });
    if (fault === null && this.fault !== null) this.log.info('this process judges again');
    this.fault = fault;
  }
}
