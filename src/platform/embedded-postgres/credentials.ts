import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { hasCode, messageOf, RolewatchError } from '../errors.js';
import { writeOnce } from '../write-once.js';

export type Role = 'postgres' | 'rolewatch_owner' | 'rolewatch_app';

/** What every command on a data folder must know to use its server. */
export interface Credentials {
  /** The port that is tried first, so that a server that comes back is found where it was. */
  readonly port: number;
  readonly passwords: Readonly<Record<Role, string>>;
}

const FILE = 'postgres.json';

/** The credentials of a data folder, made once. */
export async function credentialsOf(dataDir: string): Promise<Credentials> {
  const file = join(dataDir, FILE);
  const known = await read(file);
  if (known !== undefined) return known;
  if (existsSync(join(dataDir, 'postgres'))) {
    throw new RolewatchError(
      'embedded-postgres',
      `${file} is missing: it holds the passwords of the PostgreSQL in this folder. Restore it from a backup, or begin in another folder`,
    );
  }
  await writeOnce(file, JSON.stringify(await create()));
  return credentialsOf(dataDir);
}

async function read(file: string): Promise<Credentials | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Credentials;
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return undefined;
    throw new RolewatchError('embedded-postgres', `${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

async function create(): Promise<Credentials> {
  const password = (): string => randomBytes(24).toString('hex');
  return {
    port: await freePort(),
    passwords: { postgres: password(), rolewatch_owner: password(), rolewatch_app: password() },
  };
}

/** A port of the loopback address that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
