import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, messageOf, RolewatchError } from './errors.js';
import { writeOnce } from './write-once.js';

/** The configured key: it wraps the keys in the database and is itself never there. AES-256. */
const KEY_BYTES = 32;
const HOW_TO_MAKE = `make one with "openssl rand -base64 ${KEY_BYTES}"`;

/** Where the configured key comes from: a value, or the file of an embedded server's data folder. */
export interface KeySettings {
  /** Base64 of 32 bytes; see readSecret for ROLEWATCH_KEY and ROLEWATCH_KEY_FILE. */
  readonly value?: string | undefined;
  /** Set only with the embedded server: its key is made and kept in this folder. */
  readonly dataDir?: string | undefined;
}

/** @throws RolewatchError `key-unavailable` */
export async function configuredKey({ value, dataDir }: KeySettings): Promise<Buffer> {
  if (value !== undefined) return decode(value, 'ROLEWATCH_KEY');
  if (dataDir !== undefined) return keyOfFolder(join(dataDir, 'key'));
  throw new RolewatchError(
    'key-unavailable',
    `a database of your own needs a key of your own: set ROLEWATCH_KEY or ROLEWATCH_KEY_FILE (${HOW_TO_MAKE}), and keep a copy of it`,
  );
}

function decode(text: string, from: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length === KEY_BYTES) return key;
  throw new RolewatchError(
    'key-unavailable',
    `${from} must be the base64 of ${KEY_BYTES} bytes, and has ${key.length}: ${HOW_TO_MAKE}`,
  );
}

/** The key in a file, made once. */
async function keyOfFolder(file: string): Promise<Buffer> {
  const known = await readIfThere(file);
  if (known !== undefined) return decode(known, file);
  await writeOnce(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
  return keyOfFolder(file);
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return undefined;
    throw new RolewatchError('key-unavailable', `${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}
