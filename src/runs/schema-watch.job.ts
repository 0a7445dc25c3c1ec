import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database.js';
import { Log } from '../platform/log.js';
import { schemaTroubles } from './health.js';
import { schemaStanding } from './schema-standing.view.js';

/**
 * Whether the database's schema still is this program's: another version may have migrated it while this process runs.
 * From then on it begins nothing there: what it would make of it, nobody has tried. Its slots are for that version.
 */
@Injectable()
export class SchemaWatch {
  private why: string | null = null;

  constructor(
    private readonly db: Database,
    private readonly log: Log,
  ) {}

  /** Why this process may begin nothing; null: it may. A database that is away is told by whoever works on it. */
  async look(): Promise<string | null> {
    try {
      const [trouble] = schemaTroubles(await schemaStanding(this.db.quick));
      this.tell(trouble === undefined ? null : `${trouble.code}: ${trouble.why}`);
    } catch (error) {
      this.log.debug('the schema could not be looked at', { error });
    }
    return this.why;
  }

  /** Said when it begins and when it ends. */
  private tell(why: string | null): void {
    if (why !== null && this.why === null) this.log.warn('this process takes no more work', { why });
    if (why === null && this.why !== null) this.log.info('this process works again');
    this.why = why;
  }
}
