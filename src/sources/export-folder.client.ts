import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SourceError } from './source.js';

/** Who writes a file row by row may pause so long and not have come to its end. */
const QUIET_MS = 5_000;

export type Sleep = (ms: number, signal: AbortSignal) => Promise<unknown>;
export const SLEEP: Sleep = (ms, signal) => delay(ms, undefined, { signal });

/** A folder of files that somebody else wrote: nothing outside it is ever read, and nothing without a bound. */
export class ExportFolder {
  private constructor(private readonly path: string) {}

  /** @throws SourceError missing-file */
  static async open(path: string): Promise<ExportFolder> {
    try {
      return new ExportFolder(await realpath(path));
    } catch (error) {
      throw unreadable(path, error);
    }
  }

  /** Names of everything in it. @throws SourceError missing-file */
  async names(): Promise<string[]> {
    try {
      return await readdir(this.path);
    } catch (error) {
      throw unreadable(this.path, error);
    }
  }

  /**
   * @param name of a file in this folder itself; a link must lead to such a file
   * @throws SourceError missing-file, too-large, and bad-shape for what is no plain file of this folder
   */
  async read(name: string, maxBytes: number): Promise<Buffer> {
    try {
      const path = await realpath(join(this.path, name));
      if (dirname(path) !== this.path)
        throw new SourceError('bad-shape', `${name}: leads out of the folder ${this.path}`);
      return await readBounded(path, name, maxBytes);
    } catch (error) {
      throw error instanceof SourceError ? error : unreadable(name, error);
    }
  }

  /**
   * That a file holds just what was read from it, once nobody has written to it for a while: of a table that is being
   * written, the beginning is a table, too. @throws SourceError bad-shape, cancelled, and as `read`
   */
  async confirm(name: string, bytes: Buffer, { sleep, signal }: Confirming): Promise<void> {
    const isSame = async (): Promise<boolean> => bytes.equals(await this.read(name, bytes.length));
    try {
      // not by its own time of writing, which a copy may bring along
      const { ctimeMs } = await stat(join(this.path, name));
      const age = Math.max(0, Date.now() - ctimeMs);
      if ((await isSame()) && age < QUIET_MS) await sleep(QUIET_MS - age, signal);
      if (await isSame()) return;
    } catch (error) {
      if (signal.aborted) throw new SourceError('cancelled', `${name}: the read was cancelled`);
      if (!(error instanceof SourceError && error.code === 'too-large'))
        throw error instanceof SourceError ? error : unreadable(name, error);
    }
    const hint = 'what it left out is not taken for gone; run again when it is written';
    throw new SourceError('bad-shape', `${name}: was written to while it was read: ${hint}`);
  }
}

interface Confirming {
  readonly sleep: Sleep;
  readonly signal: AbortSignal;
}

async function readBounded(path: string, name: string, maxBytes: number): Promise<Buffer> {
  // Not blocking: opening a named pipe would otherwise wait for somebody to write into it
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new SourceError('bad-shape', `${name}: is not a plain file`);
    if (stats.size > maxBytes) {
      throw new SourceError(
        'too-large',
        `${name}: has ${stats.size} bytes, more than the ${maxBytes} allowed`,
      );
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function unreadable(name: string, error: unknown): SourceError {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown error';
  const words = code === 'ENOENT' ? 'is not there' : `cannot be read (${code})`;
  return new SourceError('missing-file', `${name}: ${words}`);
}
