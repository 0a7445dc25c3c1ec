/** Whether retention does what it is there for, and in which words it is said if not. Pure. */

/** How the runs of retention of a source, or (`*`) of the store as a whole, stand. By the database's clock. */
export interface RetentionStanding {
  readonly source: string;
  readonly now: Date;
  /** When there was something to keep for the first time. */
  readonly knownSince: Date;
  /** When the last run that succeeded ended; null: none has. */
  readonly lastGood: Date | null;
  /** The last run that failed since then. */
  readonly failed: { readonly at: Date; readonly why: string } | null;
  /** A run that has not ended. */
  readonly open: { readonly since: Date; readonly holder: string } | null;
}

/** Nights that may pass without a run: one is a restart, two are a fault. */
const OVERDUE_MS = 2 * 86_400_000;

/**
 * What is wrong, with what to do about it; null: nothing.
 * @param asked whether anything is ever to be deleted: if not, it does not matter that nobody looks
 */
export function retentionTrouble(standing: RetentionStanding, asked: boolean): string | null {
  const { source, now, knownSince, lastGood, failed, open } = standing;
  const what =
    source === '*' ? 'retention of the store as a whole (digests, logs)' : `retention of ${source}`;
  const again = `rolewatch retention${source === '*' ? '' : ` ${source}`} --run`;
  if (failed !== null)
    return `${what} failed at ${failed.at.toISOString()}: ${failed.why.slice(0, 160)}. What is due stays until a run succeeds; it is tried again every night, and at once by: ${again}`;
  const since = lastGood ?? knownSince;
  if (!asked || now.getTime() - since.getTime() <= OVERDUE_MS) return null;
  const last = lastGood === null ? 'has never run' : `has not run since ${lastGood.toISOString()}`;
  if (open !== null)
    return `${what} ${last}: a run that began at ${open.since.toISOString()} in the process ${open.holder} has not ended. Restart that process; another one then goes on within two minutes`;
  return `${what} ${last}. A process of \`rolewatch serve\` with the role worker does it every night: see that one runs; for now: ${again}`;
}
