import type { JournalHead } from '../../snapshots/journal-head.view.js';
import type { BadRow } from './check.js';

/** What one check found in one source, or in the store as a whole. */
export interface CheckResult {
  readonly check: string;
  /** Absent: the whole store. */
  readonly source?: string;
  readonly invariant: string;
  readonly proves: string;
  /** How many rows break it. */
  readonly bad: number;
  readonly first?: BadRow;
  /** Things to know that break nothing. */
  readonly notes: readonly string[];
}

export interface FsckReport {
  readonly sound: boolean;
  readonly checks: readonly CheckResult[];
  /** What to keep elsewhere: with it, a later run sees what nobody can see in the database alone. */
  readonly anchor: {
    readonly journal: JournalHead | null;
    readonly snapshots: readonly LatestSnapshot[];
  };
}

export interface LatestSnapshot {
  readonly source: string;
  readonly seq: number;
  /** Hex. */
  readonly digest: string;
  readonly recordedAt: string;
}

/** Reads a check's findings to their end; of any number, the first one and the count are kept. */
export async function resultOf(
  check: { readonly id: string; readonly invariant: string; readonly proves: string },
  source: string | null,
  found: AsyncIterable<BadRow>,
): Promise<CheckResult> {
  let bad = 0;
  let first: BadRow | undefined;
  const notes: string[] = [];
  for await (const row of found) {
    if (row.note) {
      notes.push(row.says);
      continue;
    }
    bad++;
    first ??= row;
  }
  const { id, invariant, proves } = check;
  return {
    check: id,
    ...(source !== null && { source }),
    invariant,
    proves,
    bad,
    ...(first && { first }),
    notes,
  };
}

export function fsckText({ sound, checks, anchor: { journal } }: FsckReport): string {
  const conclusion = sound ? 'Every invariant holds.' : 'The store is not sound.';
  const head =
    journal === null ? [] : [`The journal ends with entry ${String(journal.no)}, ${journal.hash}.`];
  return [...checks.flatMap(resultText), '', ...head, conclusion].join('\n');
}

function resultText({ check, source, bad, first, invariant, notes }: CheckResult): string[] {
  const where = source ?? 'store';
  const head = `${bad === 0 ? 'ok  ' : 'BAD '} ${where}: ${check}`;
  return [
    first === undefined ? head : `${head}: it does not hold that ${invariant}`,
    ...(first === undefined
      ? []
      : [`       first of ${bad}: ${first.table} ${keyText(first.key)}: ${first.says}`]),
    ...notes.map((note) => `       note: ${note}`),
  ];
}

function keyText(key: BadRow['key']): string {
  return Object.entries(key)
    .map(([name, value]) => `${name}=${value === '' ? "''" : String(value)}`)
    .join(' ');
}
