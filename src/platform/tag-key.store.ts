import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Database } from './database.js';
import type { Log } from './log.js';
import type { Sql } from './tx.js';

export interface TagKey {
  readonly no: number;
  /** 32 bytes, for HMAC-SHA-256. */
  readonly key: Buffer;
}

/** The keys of `tag` and `name_tag` that this process can read. */
export class TagKeys {
  private readonly byNo: ReadonlyMap<number, Buffer>;

  constructor(
    /** The newest: everything written now is tagged with it. */
    readonly current: TagKey,
    older: readonly TagKey[] = [],
  ) {
    this.byNo = new Map([...older, current].map(({ no, key }) => [no, key]));
  }

  /** undefined: rows tagged with it are compared in full, not by their tag. */
  get(no: number): Buffer | undefined {
    return this.byNo.get(no);
  }
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const SEAL_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** Two processes that begin on an empty table must end with one key. Transaction-scoped. */
const LOCK = 1_919_904_889;

/**
 * The tag keys of a database, unwrapped by the configured key. Where the newest cannot be unwrapped (the configured key was
 * changed or lost) a new one is added and that is logged: nothing else fails, rows under unknown keys are compared in full.
 */
export async function loadTagKeys(db: Database, configured: Buffer, log: Log): Promise<TagKeys> {
  const stored = await readKeys(db, configured);
  if (stored.usable !== undefined) return stored.usable;
  return db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const now = await readKeys(tx, configured);
    if (now.usable !== undefined) return now.usable;
    const added = { no: now.newest + 1, key: randomBytes(KEY_BYTES) };
    await tx.execute('INSERT INTO tag_key (no, wrapped) VALUES ($1, $2)', [
      added.no,
      wrap(added, configured),
    ]);
    if (now.newest > 0) {
      log.warn(
        'the configured key does not open the newest tag key: a new one is used, and everything is compared in full once',
        { keyNo: added.no },
      );
    }
    return new TagKeys(added, now.readable);
  });
}

interface StoredKeys {
  /** 0 where there is none. */
  readonly newest: number;
  readonly readable: readonly TagKey[];
  /** Set if the newest is readable. */
  readonly usable: TagKeys | undefined;
}

async function readKeys(db: Sql, configured: Buffer): Promise<StoredKeys> {
  const rows = await db.query<{ no: number; wrapped: Buffer }>('SELECT no, wrapped FROM tag_key ORDER BY no');
  const readable = rows.flatMap(({ no, wrapped }) => {
    const key = unwrap(no, wrapped, configured);
    return key === undefined ? [] : [{ no, key }];
  });
  const newest = rows.at(-1)?.no ?? 0;
  const current = readable.at(-1);
  return { newest, readable, usable: current?.no === newest ? new TagKeys(current, readable) : undefined };
}

/** nonce ‖ seal ‖ ciphertext; the number is sealed with it, so that rows cannot be exchanged. */
function wrap({ no, key }: TagKey, configured: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, configured, nonce).setAAD(sealedWith(no));
  const text = Buffer.concat([cipher.update(key), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

function unwrap(no: number, wrapped: Buffer, configured: Buffer): Buffer | undefined {
  if (wrapped.length !== NONCE_BYTES + SEAL_BYTES + KEY_BYTES) return undefined;
  const nonce = wrapped.subarray(0, NONCE_BYTES);
  const seal = wrapped.subarray(NONCE_BYTES, NONCE_BYTES + SEAL_BYTES);
  const decipher = createDecipheriv(CIPHER, configured, nonce).setAAD(sealedWith(no)).setAuthTag(seal);
  try {
    return Buffer.concat([decipher.update(wrapped.subarray(NONCE_BYTES + SEAL_BYTES)), decipher.final()]);
  } catch {
    // another configured key, or a changed row: both mean that this key cannot be used
    return undefined;
  }
}

function sealedWith(no: number): Buffer {
  return Buffer.from(`rolewatch tag key ${no}`);
}
