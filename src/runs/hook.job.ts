import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database.js';
import { RolewatchError } from '../platform/errors.js';
import { Refusals } from '../platform/http/refusals.js';
import { Log } from '../platform/log.js';
import { type HintWait, hintWaitsFor, keepHint } from './hint.store.js';
import { HookSecrets } from './hook-secrets.job.js';
import { PulseJob } from './pulse.job.js';

export interface Hinting {
  /** Who asks. */
  readonly address: string;
  readonly headers: Parameters<HookSecrets['admits']>[1];
}

/** What happens because of a hint. */
export interface Hinted {
  /** `begun`: a run that begins after the hint is under way; `kept`: one follows. */
  readonly hint: 'begun' | 'kept';
  readonly what: string;
}

/** Reads a source because another system says that something has changed there. */
@Injectable()
export class HookJob {
  private readonly refusals = new Refusals();

  constructor(
    private readonly secrets: HookSecrets,
    private readonly pulse: PulseJob,
    private readonly db: Database,
    private readonly log: Log,
  ) {}

  /**
   * Begins a run, or has one follow, whichever process does it: it is written down first. Any number of hints that wait
   * make one run.
   * @throws RolewatchError unknown-hook, too-many-requests
   */
  async hint(source: string, { address, headers }: Hinting): Promise<Hinted> {
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
    const { quick } = this.db;
    await keepHint(quick, source);
    const wait = (await this.pulse.startHinted(source)) ? null : await hintWaitsFor(quick, source);
    if (wait === null) return { hint: 'begun', what: `${source} is read now` };
    const what = waitText(source, wait);
    this.log.info('hint kept', { source, why: what });
    return { hint: 'kept', what };
  }
}

function waitText(source: string, wait: HintWait): string {
  switch (wait.for) {
    case 'resume':
      return `${source} is paused since ${wait.since.toISOString()}: it is read when somebody has resumed it`;
    case 'end':
      return `${source} is being read since before this hint: it is read once more when that has ended`;
    case 'time':
      return `${source} was read for a hint less than a minute ago: it is read once more from ${wait.at.toISOString()} on`;
    case 'turn':
      return `${source} is read as soon as a process has room for it`;
  }
}
