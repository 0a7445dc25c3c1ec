import { link, rm, writeFile } from 'node:fs/promises';
import { hasCode } from './errors.js';

/**
 * Writes a file that only this user can read, unless it is there. It appears as a whole: of two processes that begin,
 * one wins, and both then read the same.
 */
export async function writeOnce(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, text, { mode: 0o600 });
  try {
    await link(draft, file);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
