import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { reason } from '../platform/config/read-references.js';
import { RolewatchError } from '../platform/errors.js';
import {
  type ArchiveEntry,
  directoryOf,
  entryOf,
  FIXED_HEADER_BYTES,
  isEntryName,
  localHeader,
  nameLengthIn,
} from './archive-format.js';

/** A file as it was found in an archive. */
export interface FoundFile {
  readonly name: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** First byte of its content. */
  readonly at: number;
}

const CHUNK_BYTES = 256 * 1024;

/** An archive that is byte for byte what its files make of it. */
export class ArchiveReader {
  private constructor(
    private readonly file: FileHandle,
    readonly files: readonly FoundFile[],
  ) {}

  /** @throws RolewatchError evidence-broken, naming the first byte or file that is wrong */
  static async open(path: string): Promise<ArchiveReader> {
    const unreadable = (cause: unknown): RolewatchError =>
      new RolewatchError('usage', `${path} cannot be read: ${reason(cause)}`, { cause });
    const file = await open(path, 'r').catch((cause: unknown) => {
      throw unreadable(cause);
    });
    try {
      return new ArchiveReader(file, await filesOf(file));
    } catch (error) {
      await file.close();
      // a folder is opened like a file
      throw error instanceof RolewatchError ? error : unreadable(error);
    }
  }

  /** The content of one file, in pieces. */
  async *content({ at, bytes }: FoundFile): AsyncGenerator<Buffer, void, undefined> {
    yield* piecesOf(this.file, at, bytes);
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

async function filesOf(file: FileHandle): Promise<FoundFile[]> {
  const { size } = await file.stat();
  const entries: ArchiveEntry[] = [];
  const found: FoundFile[] = [];
  let position = 0;
  for (;;) {
    const entry = await entryAt(file, position, size);
    if (entry === undefined) break;
    const one = await checkedContent(file, entry, position + localHeader(entry).length);
    entries.push(entry);
    found.push(one);
    position = one.at + one.bytes;
  }
  await refuseOtherEnd(file, position, size, entries);
  return found;
}

/** The header at `position` with its name; undefined where the files end. */
async function entryAt(file: FileHandle, position: number, size: number): Promise<ArchiveEntry | undefined> {
  const fixed = await bytesAt(file, position, FIXED_HEADER_BYTES);
  const nameLength = nameLengthIn(fixed);
  if (nameLength === undefined) return undefined;
  const name = await bytesAt(file, position + FIXED_HEADER_BYTES, nameLength);
  const entry = entryOf(fixed, name);
  const expected = isEntryName(entry.name) ? localHeader(entry) : Buffer.alloc(0);
  const wrong = firstDifference(expected, Buffer.concat([fixed, name]));
  if (wrong !== undefined)
    throw broken(
      `the header of ${JSON.stringify(entry.name)} is wrong at byte ${String(position + wrong)} of the archive`,
    );
  if (position + expected.length + entry.size > size)
    throw broken(`${entry.name} is cut off: the archive ends at byte ${String(size)}`);
  return entry;
}

async function checkedContent(file: FileHandle, entry: ArchiveEntry, at: number): Promise<FoundFile> {
  const hash = createHash('sha256');
  let crc = 0;
  for await (const piece of piecesOf(file, at, entry.size)) {
    hash.update(piece);
    crc = crc32(piece, crc);
  }
  if (crc !== entry.crc32)
    throw broken(
      `the content of ${entry.name} is not what was put into the archive (bytes ${String(at)} to ${String(at + entry.size)})`,
    );
  return { name: entry.name, bytes: entry.size, sha256: hash.digest('hex'), at };
}

/** Nothing may stand behind the files but their directory. */
async function refuseOtherEnd(
  file: FileHandle,
  position: number,
  size: number,
  entries: readonly ArchiveEntry[],
): Promise<void> {
  if (entries.length === 0) throw broken('this is no archive: it does not begin with a file');
  const expected = directoryOf(entries);
  const wrong =
    size - position > expected.length
      ? expected.length
      : firstDifference(expected, await bytesAt(file, position, expected.length));
  if (wrong !== undefined)
    throw broken(`the archive's directory is wrong at byte ${String(position + wrong)}`);
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

async function* piecesOf(
  file: FileHandle,
  at: number,
  bytes: number,
): AsyncGenerator<Buffer, void, undefined> {
  for (let read = 0; read < bytes;) {
    const piece = await bytesAt(file, at + read, Math.min(CHUNK_BYTES, bytes - read));
    if (piece.length === 0) throw broken(`the archive ends at byte ${String(at + read)}`);
    read += piece.length;
    yield piece;
  }
}

function firstDifference(a: Buffer, b: Buffer): number | undefined {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i += 1) if (a[i] !== b[i]) return i;
  return undefined;
}

function broken(message: string): RolewatchError {
  return new RolewatchError('evidence-broken', message);
}
