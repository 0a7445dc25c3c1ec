import { Injectable } from '@nestjs/common';
import { hasCode, messageOf, RolewatchError } from '../platform/errors.js';
import { Refusals } from '../platform/http/refusals.js';
import { Log } from '../platform/log.js';
import { HookSecrets } from './hook-secrets.job.js';
import { PulseJob } from './pulse.job.js';

export interface Hinting {
  /** Who asks. */
  readonly address: string;
  readonly headers: Parameters<HookSecrets['admits']>[1];
}

/** At most one run in so long for each source, whatever is hinted. */
const HINT_PAUSE_MS = 60_000;

/** Reads a source because another system says that something has changed there. */
@Injectable()
export class HookJob {
  private readonly refusals = new Refusals();

  constructor(
    private readonly secrets: HookSecrets,
    private readonly pulse: PulseJob,
    private readonly log: Log,
  ) {}

  /**
   * Begins a run, unless one was just hinted at, the source is being read, or it is paused: a hint is no order.
   * @throws RolewatchError unknown-hook, too-many-requests; stopping
   */
  async hint(source: string, { address, headers }: Hinting): Promise<void> {
    if (this.refusals.tooMany(address))
      throw new RolewatchError(
        'too-many-requests',
        'too many hints from this address were refused: wait a minute',
      );
    if (!(await this.secrets.admits(source, headers))) {
      this.refusals.add(address);
      this.log.warn('hint refused', { address });
      throw new RolewatchError('unknown-hook', 'no hook answers here, or not to that secret');
    }
    try {
      await this.pulse.startNow(source, `hook:${source}`, HINT_PAUSE_MS);
    } catch (error) {
      if (!hasCode(error, 'source-busy', 'source-paused', 'unknown-source')) throw error;
      this.log.info('hint without a run', { source, why: messageOf(error) });
    }
  }
}
