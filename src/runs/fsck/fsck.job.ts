import type { Rulebook } from '../../findings/judge.js';
import type { Database } from '../../platform/database.js';
import type { Sql } from '../../platform/tx.js';
import { journalHead } from '../../snapshots/journal-head.view.js';
import { againstCheck } from './against.view.js';
import type { Anchor } from './anchor.js';
import { sourceChecks, STORE_CHECKS } from './checks.view.js';
import { type CheckResult, type FsckReport, type LatestSnapshot, resultOf } from './report.js';

export interface FsckOptions {
  /** Only this one; by default every source that has left a trace. */
  readonly source?: string | undefined;
  /** Reads stored rulesets, so that the latest judgements can be made again. */
  readonly rulebook: Rulebook;
  /** What was written down elsewhere of an earlier state. */
  readonly anchor?: Anchor;
  readonly signal: AbortSignal;
  readonly progress: (message: string) => void;
}

/**
 * Runs every check against one state of the database: what is published meanwhile is not seen.
 * @throws Error if the signal is aborted
 */
export async function fsck(
  db: Database,
  { source, rulebook, anchor, signal, progress }: FsckOptions,
): Promise<FsckReport> {
  return db.transaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only');
    const checks: CheckResult[] = [];
    const names = source === undefined ? await sourcesWithTraces(tx) : [source];
    for (const name of names) {
      for (const check of sourceChecks(rulebook)) {
        signal.throwIfAborted();
        progress(`${name}: ${check.id}`);
        checks.push(await resultOf(check, name, check.run(tx, name)));
      }
    }
    for (const check of [...STORE_CHECKS, ...(anchor === undefined ? [] : [againstCheck(anchor)])]) {
      signal.throwIfAborted();
      progress(check.id);
      checks.push(await resultOf(check, null, check.run(tx)));
    }
    return {
      sound: checks.every(({ bad }) => bad === 0),
      checks,
      anchor: { journal: await journalHead(tx), snapshots: await latestSnapshots(tx, names) },
    };
  });
}

/** Rows of a source that nobody knows would otherwise never be looked at. */
async function sourcesWithTraces(sql: Sql): Promise<string[]> {
  const rows = await sql.query<{ name: string }>(
    'select name from source union select distinct source from snapshot union select distinct source from slot order by name',
  );
  return rows.map(({ name }) => name);
}

async function latestSnapshots(sql: Sql, sources: readonly string[]): Promise<LatestSnapshot[]> {
  const rows = await sql.query<Omit<LatestSnapshot, 'recordedAt'> & { recordedAt: Date }>(
    `select distinct on (source) source, seq, encode(digest, 'hex') as digest, recorded_at as "recordedAt"
       from snapshot where source = any ($1) order by source, seq desc`,
    [sources],
  );
  return rows.map((row) => ({ ...row, recordedAt: row.recordedAt.toISOString() }));
}
