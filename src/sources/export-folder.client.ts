import { constants } from 'node:fs';
import { open, readdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SourceError } from './source.js';

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
