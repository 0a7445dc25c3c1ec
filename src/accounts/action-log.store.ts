import { wellFormed } from '../platform/canonical.js';
import type { Tx } from '../platform/tx.js';
import { actionHash } from './action-hash.js';

export interface Action {
  /** `os:<user name>` at the command line. */
  readonly actor: string;
  /** What was done, in the past tense or as the command is called: `accept-shrink`, `source-resumed`. */
  readonly action: string;
  readonly source?: string;
  /** What it was done to. JSON, and by identity id: this log outlives the erasure of a person. */
  readonly detail: object;
}

/** Any number that nobody else locks; it orders the writers, since each row carries the hash of the one before. */
const CHAIN_LOCK = 7_270_736_902;

/** Adds a row to the log of actions, in the transaction that does what the row says: neither is there without the other. */
export async function appendAction(tx: Tx, { actor, action, source, detail }: Action): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [CHAIN_LOCK]);
  // a statement of its own: only one that begins after the lock sees what the writer before us has committed
  const [last] = await tx.query<{ id: string; hash: Buffer; at: string }>(
    `SELECT coalesce(max(id), 0)::text AS id,
            (SELECT hash FROM action_log ORDER BY id DESC LIMIT 1) AS hash,
            to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
       FROM action_log`,
  );
  if (last === undefined) throw new Error('an aggregate always gives a row');
  const row = {
    id: String(BigInt(last.id) + 1n),
    at: last.at,
    actor: wellFormed(actor),
    action,
    source: source ?? null,
    detail: storable(detail),
    previousHash: last.hash,
  };
  await tx.execute(
    `INSERT INTO action_log (id, at, actor, action, source, detail, previous_hash, hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      row.id,
      row.at,
      row.actor,
      row.action,
      row.source,
      JSON.stringify(row.detail),
      row.previousHash,
      actionHash(row),
    ],
  );
}

/** The value as it will come back from the database: the hash must be over what is stored. */
function storable(detail: object): unknown {
  return JSON.parse(JSON.stringify(detail), (_, value: unknown) =>
    typeof value === 'string' ? wellFormed(value) : value,
  );
}
