/**
 * How a token is written: `rw_<prefix>_<secret><checksum>`. The prefix is public and finds the row; the secret is 256
 * random bits; the checksum lets a slip, or a scanner for leaked secrets, be told without asking the database.
 */
import { crc32 } from 'node:zlib';
import { sha256 } from '../platform/canonical.js';
import { base62 } from './base62.js';

const PREFIX_LENGTH = 8;
/** 62^43 > 2^256 */
const SECRET_LENGTH = 43;
/** 62^6 > 2^32 */
const CHECKSUM_LENGTH = 6;
const TOKEN = new RegExp(
  `^rw_([0-9A-Za-z]{${PREFIX_LENGTH}})_([0-9A-Za-z]{${SECRET_LENGTH}})([0-9A-Za-z]{${CHECKSUM_LENGTH}})$`,
);

/** Bytes of chance that a token is made of. */
export const TOKEN_BYTES = { prefix: 5, secret: 32 } as const;

export interface TokenParts {
  readonly prefix: string;
  /** SHA-256 of the secret. */
  readonly hash: Buffer;
}

/** @param chance random bytes, as many as TOKEN_BYTES says */
export function writeToken(chance: {
  readonly prefix: Buffer;
  readonly secret: Buffer;
}): TokenParts & { readonly text: string } {
  const prefix = base62(chance.prefix, PREFIX_LENGTH);
  const secret = base62(chance.secret, SECRET_LENGTH);
  const body = `rw_${prefix}_${secret}`;
  return { prefix, hash: sha256(Buffer.from(secret)), text: body + checksum(body) };
}

/** @returns null for what is no token of ours, or was not copied as a whole */
export function readToken(text: string): TokenParts | null {
  const [, prefix, secret, check] = TOKEN.exec(text) ?? [];
  if (prefix === undefined || secret === undefined) return null;
  if (checksum(`rw_${prefix}_${secret}`) !== check) return null;
  return { prefix, hash: sha256(Buffer.from(secret)) };
}

function checksum(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return base62(bytes, CHECKSUM_LENGTH);
}
