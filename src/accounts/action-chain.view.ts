import type { Sql } from '../platform/tx.js';
import { actionHash, type ActionRow } from './action-hash.js';

/** The first row of the log of actions that does not fit, and why. */
export interface BrokenAction {
  readonly id: string;
  readonly why: string;
}

interface StoredRow extends ActionRow {
  readonly hash: Buffer;
}

/** What a row is chained to. */
type Link = Pick<StoredRow, 'id' | 'hash'>;

const ROWS_AT_ONCE = 1_000;

/** Walks the log of actions from the first row that is kept; null: every row follows from the one before. Memory does not grow with it. */
export async function verifyActionLog(sql: Sql): Promise<BrokenAction | null> {
  let last = await lastRemoved(sql);
  for (;;) {
    const rows = await rowsAfter(sql, last?.id ?? '0');
    for (const row of rows) {
      const why = misfit(row, last);
      if (why !== undefined) return { id: row.id, why };
      last = row;
    }
    if (rows.length < ROWS_AT_ONCE) return null;
  }
}

/** Of what retention removed, the last row: its number and hash stay. */
async function lastRemoved(sql: Sql): Promise<Link | undefined> {
  const [anchor] = await sql.query<Link>(
    'SELECT id::text, hash FROM action_log_anchor ORDER BY action_log_anchor.id DESC LIMIT 1',
  );
  return anchor;
}

function rowsAfter(sql: Sql, id: string): Promise<StoredRow[]> {
  return sql.query<StoredRow>(
    `SELECT id::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
            actor, action, source, detail, previous_hash AS "previousHash", hash
       FROM action_log WHERE id > $1 ORDER BY action_log.id LIMIT ${String(ROWS_AT_ONCE)}`,
    [id],
  );
}

function misfit(row: StoredRow, last: Link | undefined): string | undefined {
  const { hash, ...content } = row;
  const due = BigInt(last?.id ?? 0) + 1n;
  if (BigInt(row.id) !== due) return `row ${String(due)} is missing before it`;
  if (!sameBytes(row.previousHash, last?.hash ?? null)) return 'it does not follow the row before it';
  return sameBytes(actionHash(content), hash) ? undefined : 'its content is not what was hashed';
}

function sameBytes(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}
