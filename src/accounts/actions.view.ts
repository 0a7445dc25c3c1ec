import type { Sql } from '../platform/tx.js';

export interface ActionView {
  readonly id: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly source?: string;
  readonly detail: unknown;
  /** Of the row with the hash before it, hex. */
  readonly hash: string;
}

export interface ActionsWanted {
  readonly limit: number;
  /** Only those with a lower id: the last one of the answer before. */
  readonly before?: number | undefined;
  /** Only of these sources; null: all, and what belongs to none. */
  readonly sources: readonly string[] | null;
}

/** What people and tokens did, the newest first. */
export async function actionsOf(sql: Sql, { limit, before, sources }: ActionsWanted): Promise<ActionView[]> {
  const rows = await sql.query<Omit<ActionView, 'at' | 'source'> & { at: Date; source: string | null }>(
    `select id::int as id, at, actor, action, source, detail, encode(hash, 'hex') as hash from action_log
      where ($2::bigint is null or id < $2) and ($3::text[] is null or source = any ($3))
      order by action_log.id desc limit $1`,
    [limit, before ?? null, sources],
  );
  return rows.map(({ at, source, ...rest }) => ({
    ...rest,
    at: at.toISOString(),
    ...(source !== null && { source }),
  }));
}
