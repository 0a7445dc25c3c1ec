import type { Rulebook } from '../../findings/judge.js';
import type { Database } from '../../platform/database.js';
import type { Sql } from '../../platform/tx.js';
import { sourceChecks, STORE_CHECKS } from './checks.view.js';
import { type CheckResult, type FsckReport, resultOf } from './report.js';

export interface FsckOptions {
  /** Only this one; by default every source that has left a trace. */
  readonly source?: string | undefined;
  /** Reads stored rulesets, so that the latest judgements can be made again. */
  readonly rulebook: Rulebook;
  readonly signal: AbortSignal;
  readonly progress: (message: string) => void;
}

/**
 * Runs every check against one state of the database: what is published meanwhile is not seen.
 * @throws Error if the signal is aborted
 */
export async function fsck(
  db: Database,
  { source, rulebook, signal, progress }: FsckOptions,
): Promise<FsckReport> {
  return db.transaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only');
    const checks: CheckResult[] = [];
    for (const name of source === undefined ? await sourcesWithTraces(tx) : [source]) {
      for (const check of sourceChecks(rulebook)) {
        signal.throwIfAborted();
        progress(`${name}: ${check.id}`);
        checks.push(await resultOf(check, name, check.run(tx, name)));
      }
    }
    for (const check of STORE_CHECKS) {
      signal.throwIfAborted();
      progress(check.id);
      checks.push(await resultOf(check, null, check.run(tx)));
    }
    return { sound: checks.every(({ bad }) => bad === 0), checks };
  });
}

/** Rows of a source that nobody knows would otherwise never be looked at. */
async function sourcesWithTraces(sql: Sql): Promise<string[]> {
  const rows = await sql.query<{ name: string }>(
    'select name from source union select distinct source from snapshot union select distinct source from slot order by name',
  );
  return rows.map(({ name }) => name);
}
