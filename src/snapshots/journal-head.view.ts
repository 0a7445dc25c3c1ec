import type { Sql } from '../platform/tx.js';

/** The last entry of the journal: whoever knows it can tell later whether anything up to it was altered. */
export interface JournalHead {
  readonly no: number;
  /** Hex. */
  readonly hash: string;
}

export async function journalHead(sql: Sql): Promise<JournalHead | null> {
  const [head] = await sql.query<JournalHead>(
    `select no::float8 as no, encode(hash, 'hex') as hash from journal order by no desc limit 1`,
  );
  return head ?? null;
}

/** The hash of one entry, hex; undefined: there is none. */
export async function journalHash(sql: Sql, no: number): Promise<string | undefined> {
  const [entry] = await sql.query<{ hash: string }>(
    `select encode(hash, 'hex') as hash from journal where no = $1`,
    [no],
  );
  return entry?.hash;
}
