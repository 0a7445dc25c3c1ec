import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { hasCode, messageOf, RolewatchError } from '../platform/errors.js';
import {
  type ArchiveEntry,
  directoryOf,
  localHeader,
  localHeaderBytes,
  MOST_BYTES,
  MOST_ENTRIES,
} from './archive-format.js';

/** A file as it stands in the archive. */
export interface WrittenFile {
  readonly name: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Small writes cost a system call each. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Makes an archive in a draft beside its place, which it takes only when it is whole.
 * @param work adds the files, in their order
 * @throws RolewatchError refused, where the place is taken or it would be larger than an archive can be
 */
export async function writeArchive<T>(
  place: string,
  work: (archive: ArchiveWriter) => Promise<T>,
): Promise<T> {
  if (existsSync(place))
    throw new RolewatchError('refused', `${place} is there already: choose another name`);
  const draft = `${place}.part`;
  const file = await open(draft, 'wx', 0o600).catch((cause: unknown) => {
    throw new RolewatchError('refused', `${draft} cannot be made: ${whyNot(cause)}`, { cause });
  });
  try {
    const archive = new ArchiveWriter(file, place);
    const result = await work(archive);
    await archive.end();
    await file.sync();
    await file.close();
    await rename(draft, place);
    return result;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(draft, { force: true });
    throw error;
  }
}

function whyNot(cause: unknown): string {
  if (hasCode(cause, 'ENOENT')) return 'there is no such folder';
  if (hasCode(cause, 'EEXIST'))
    return 'it is there. Another process is at it, or was killed at it: then remove it';
  return messageOf(cause);
}

/** Streams files into an archive: memory does not grow with them. */
export class ArchiveWriter {
  private readonly entries: ArchiveEntry[] = [];
  private position = 0;

  constructor(
    private readonly file: FileHandle,
    private readonly place: string,
  ) {}

  /** @param content the bytes of the file, in pieces */
  async add(name: string, content: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<WrittenFile> {
    const hash = createHash('sha256');
    const start = this.position;
    let [size, crc] = [0, 0];
    this.position += localHeaderBytes(name);
    for await (const chunk of inChunks(content)) {
      hash.update(chunk);
      crc = crc32(chunk, crc);
      size += chunk.length;
      await this.write(chunk);
    }
    const entry = { name, size, crc32: crc };
    await this.writeAll(localHeader(entry), start);
    this.entries.push(entry);
    return { name, bytes: size, sha256: hash.digest('hex') };
  }

  async end(): Promise<void> {
    await this.write(directoryOf(this.entries));
  }

  private async write(bytes: Buffer): Promise<void> {
    if (this.position + bytes.length > MOST_BYTES || this.entries.length > MOST_ENTRIES) {
      throw new RolewatchError(
        'refused',
        `${this.place} would be larger than 4 GiB, the most that an archive of this form can be: take a shorter period`,
      );
    }
    await this.writeAll(bytes, this.position);
    this.position += bytes.length;
  }

  /** A disk that is nearly full takes a part, and says how much; it is the next write that fails. */
  private async writeAll(bytes: Buffer, at: number): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;)
        done += (await this.file.write(bytes, done, undefined, at + done)).bytesWritten;
    } catch (cause) {
      throw new RolewatchError('refused', `${this.place} cannot be written: ${messageOf(cause)}`, { cause });
    }
  }
}

async function* inChunks(
  content: AsyncIterable<Buffer> | Iterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  let pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of content) {
    pieces.push(piece);
    size += piece.length;
    if (size < CHUNK_BYTES) continue;
    yield Buffer.concat(pieces);
    pieces = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(pieces);
}
