import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';

/**
 * Writes a file, in place of one that is there: as a whole, or not at all. What is no file (`/dev/stdout`, a pipe) gets
 * the text as it comes.
 */
export async function writeWhole(file: string, text: string): Promise<void> {
  if (await isNoFile(file)) return writeFile(file, text);
  // a link goes on leading where it led
  const place = await realpath(file).catch(() => file);
  const draft = `${place}.${process.pid}`;
  try {
    await writeFile(draft, text);
    await rename(draft, place);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function isNoFile(path: string): Promise<boolean> {
  return stat(path).then(
    (there) => !there.isFile(),
    () => false,
  );
}
