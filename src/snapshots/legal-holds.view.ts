import type { Sql } from '../platform/tx.js';

/** Stands for all sources, in the tables of holds and of retention; no source can be called so. */
export const EVERY_SOURCE = '*';

export interface LegalHold {
  readonly id: string;
  /** `*`: all of them. */
  readonly source: string;
  /** Null: the whole source. A person is named by number only. */
  readonly identityId: string | null;
  readonly reason: string;
  readonly actor: string;
  readonly since: Date;
  readonly releasedAt: Date | null;
  readonly releasedBy: string | null;
  readonly releasedWhy: string | null;
}

const HOLDS = `
  select id::text as id, source, identity_id::text as "identityId", reason, actor, created_at as since,
         released_at as "releasedAt", released_by as "releasedBy", released_why as "releasedWhy"
    from legal_hold`;

/** Every hold there ever was, those in force first. @param source also those on all sources; undefined: of every source */
export async function legalHolds(sql: Sql, source?: string): Promise<LegalHold[]> {
  return sql.query<LegalHold>(
    `${HOLDS} where $1::text is null or source in ($1, '${EVERY_SOURCE}') order by released_at desc nulls first, legal_hold.id desc`,
    [source ?? null],
  );
}

/** The hold in force on a source as a whole, or on all of them where that is asked. */
export async function openSourceHold(sql: Sql, source: string): Promise<LegalHold | undefined> {
  const [hold] = await sql.query<LegalHold>(
    `${HOLDS} where source = $1 and identity_id is null and released_at is null`,
    [source],
  );
  return hold;
}

/** Whatever keeps something of a source from being deleted. */
export async function holdsInForce(sql: Sql, source: string): Promise<LegalHold[]> {
  return (await legalHolds(sql, source)).filter(({ releasedAt }) => releasedAt === null);
}
