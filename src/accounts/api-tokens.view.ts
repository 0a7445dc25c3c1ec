import type { Role } from '../platform/http/permissions.js';
import type { Sql } from '../platform/tx.js';

export type TokenState = 'valid' | 'expired' | 'revoked';

/** A token as it may be shown: never its secret, nor the hash of it. */
export interface TokenView {
  readonly id: number;
  readonly name: string;
  readonly prefix: string;
  readonly role: Role;
  /** Null: all. */
  readonly sources: readonly string[] | null;
  readonly state: TokenState;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly expiresAt: string;
  readonly revokedAt?: string;
  readonly revokedBy?: string;
  /** To the minute; absent: never. */
  readonly lastUsedAt?: string;
}

interface TokenRow {
  readonly id: number;
  readonly name: string;
  readonly prefix: string;
  readonly role: Role;
  readonly sources: readonly string[] | null;
  readonly state: TokenState;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly revokedBy: string | null;
  readonly lastUsedAt: Date | null;
}

const STATE = `case when revoked_at is not null then 'revoked' when expires_at <= now() then 'expired' else 'valid' end as state`;

/** Every token there ever was, the oldest first. */
export async function tokensOf(sql: Sql): Promise<TokenView[]> {
  const rows = await sql.query<TokenRow>(
    `select id, name, prefix, role, sources, ${STATE}, created_at as "createdAt", created_by as "createdBy",
            expires_at as "expiresAt", revoked_at as "revokedAt", revoked_by as "revokedBy", last_used_at as "lastUsedAt"
       from api_token order by id`,
  );
  return rows.map(({ createdAt, expiresAt, revokedAt, revokedBy, lastUsedAt, ...rest }) => ({
    ...rest,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    ...(revokedAt && { revokedAt: revokedAt.toISOString() }),
    ...(revokedBy !== null && { revokedBy }),
    ...(lastUsedAt && { lastUsedAt: lastUsedAt.toISOString() }),
  }));
}

/** What is needed to judge a token that somebody shows. */
export interface HeldToken {
  readonly id: number;
  readonly hash: Buffer;
  readonly role: Role;
  readonly sources: readonly string[] | null;
  readonly state: TokenState;
}

export async function tokenByPrefix(sql: Sql, prefix: string): Promise<HeldToken | undefined> {
  const [row] = await sql.query<HeldToken>(
    `select id, hash, role, sources, ${STATE} from api_token where prefix = $1`,
    [prefix],
  );
  return row;
}
