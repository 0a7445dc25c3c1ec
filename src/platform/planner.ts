import type { Tx } from './tx.js';

/*
 * Rows written in a transaction, and rows just staged, have no statistics yet: the planner takes millions for a handful
 * and joins them in a way that takes hours. Where that can happen the statement's author says which way is right.
 * Both hold until the transaction ends, or until the other is said.
 */

/** For statements that start from few keys: one index look-up a key, never a scan of a whole table. */
export async function preferIndexLookups(tx: Tx): Promise<void> {
  await tx.query(SET, ['on', 'off']);
}

/** For statements that move whole sets: hash and merge joins, never a nested loop. */
export async function preferSetJoins(tx: Tx): Promise<void> {
  await tx.query(SET, ['off', 'on']);
}

const SET = `
  SELECT set_config('enable_nestloop', $1, true), set_config('enable_seqscan', $2, true),
         set_config('enable_hashjoin', $2, true), set_config('enable_mergejoin', $2, true)`;
