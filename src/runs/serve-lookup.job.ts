import type { OnModuleDestroy } from '@nestjs/common';
import { appendAction } from '../accounts/action-log.store.js';
import type { Database } from '../platform/database.js';
import { RolewatchError } from '../platform/errors.js';
import { knownSource } from '../snapshots/known-source.view.js';
import type { LookupAnswer } from '../sources/ivanti-epmm/lookup.js';
import { SourceError } from '../sources/source.js';
import { type SourceConfig, sourceNamed } from '../sources/source-config.js';
import { lookUp, type LookUpQuestion, withDirectory } from './look-up.job.js';
import { PauseStore } from './pause.store.js';

/** Whoever asks over HTTP waits no longer. */
const PATIENCE_MS = 60_000;

/** Asks servers for somebody elsewhere. What holds for reading holds here: nothing is sent to a paused source. */
export class ServeLookup implements OnModuleDestroy {
  private readonly stopping = new AbortController();
  private readonly pauses: PauseStore;

  constructor(
    private readonly db: Database,
    private readonly sources: readonly SourceConfig[],
  ) {
    this.pauses = new PauseStore(db);
  }

  onModuleDestroy(): void {
    this.stopping.abort(new Error('the process was asked to stop'));
  }

  /**
   * The log has it before anything is sent, and does not say the word: it may be a name, and the log outlives it.
   * @throws RolewatchError unknown-source, usage, source-paused, source-failed
   */
  async ask(source: string, question: LookUpQuestion, actor: string): Promise<LookupAnswer> {
    await knownSource(this.db, source);
    const config = withDirectory(sourceNamed({ sources: this.sources }, source));
    const { scope, type } = question;
    await this.db.transaction(async (tx) => {
      await this.pauses.refusePaused(tx, source);
      const detail = { scope, ...(type !== undefined && { type }) };
      await appendAction(tx, { actor, action: 'directory-looked-up', source, detail });
    });
    const limit = AbortSignal.timeout(PATIENCE_MS);
    try {
      return await lookUp(config, question, AbortSignal.any([this.stopping.signal, limit]));
    } catch (error) {
      await this.pauseIfUnauthorised(source, error);
      throw error;
    }
  }

  /** Asked again and again with what is refused, a server would lock the account. */
  private async pauseIfUnauthorised(source: string, error: unknown): Promise<void> {
    const cause = error instanceof RolewatchError ? error.cause : undefined;
    if (cause instanceof SourceError && cause.code === 'unauthorised')
      await this.pauses.pause(source, cause.message);
  }
}
