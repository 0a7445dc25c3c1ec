import { randomBytes } from 'node:crypto';
import { RolewatchError } from '../platform/errors.js';
import type { Role } from '../platform/http/permissions.js';
import type { Sql, Tx } from '../platform/tx.js';
import { appendAction } from './action-log.store.js';
import { TOKEN_BYTES, writeToken } from './api-token.js';

export interface TokenOrder {
  readonly name: string;
  readonly role: Role;
  /** Null: all. */
  readonly sources: readonly string[] | null;
  readonly expiresAt: Date;
  readonly actor: string;
}

export interface CreatedToken {
  readonly id: number;
  readonly prefix: string;
  /** The token itself, which is nowhere else. */
  readonly token: string;
}

/** Makes a token and logs that it was made, but for its secret. */
export async function createToken(tx: Tx, order: TokenOrder): Promise<CreatedToken> {
  const { name, role, sources, expiresAt, actor } = order;
  const { prefix, hash, text } = writeToken({
    prefix: randomBytes(TOKEN_BYTES.prefix),
    secret: randomBytes(TOKEN_BYTES.secret),
  });
  const [row] = await tx.query<{ id: number }>(
    `INSERT INTO api_token (name, prefix, hash, role, sources, expires_at, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
    [name, prefix, hash, role, sources, expiresAt, actor],
  );
  if (row === undefined) throw new Error('INSERT INTO api_token gave no id');
  const detail = { id: row.id, name, prefix, role, sources, expiresAt: expiresAt.toISOString() };
  await appendAction(tx, { actor, action: 'token-created', detail });
  return { id: row.id, prefix, token: text };
}

/**
 * Ends a token at once.
 * @returns its prefix
 * @throws RolewatchError unknown-token, refused if it was revoked before
 */
export async function revokeToken(tx: Tx, id: number, actor: string): Promise<string> {
  const [row] = await tx.query<{ prefix: string; revoked_at: Date | null; revoked_by: string | null }>(
    'SELECT prefix, revoked_at, revoked_by FROM api_token WHERE id = $1 FOR UPDATE',
    [id],
  );
  if (row === undefined)
    throw new RolewatchError('unknown-token', `there is no token ${id}: rolewatch accounts token list`);
  if (row.revoked_at !== null)
    throw new RolewatchError(
      'refused',
      `token ${id} was revoked at ${row.revoked_at.toISOString()} by ${row.revoked_by ?? 'somebody'}`,
    );
  await tx.execute('UPDATE api_token SET revoked_at = now(), revoked_by = $2 WHERE id = $1', [id, actor]);
  await appendAction(tx, { actor, action: 'token-revoked', detail: { id, prefix: row.prefix } });
  return row.prefix;
}

/** Remembers to the minute that a token is in use. @returns whether that was news */
export async function markUsed(sql: Sql, id: number): Promise<boolean> {
  const touched = await sql.query(
    `UPDATE api_token SET last_used_at = now()
      WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute') RETURNING id`,
    [id],
  );
  return touched.length > 0;
}
