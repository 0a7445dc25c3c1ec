/**
 * A ZIP archive of stored files, by PKWARE's APPNOTE 6.3.10, in the one form that its content allows: no compression
 * (whose bytes depend on the library's version), no dates, no attributes that differ. So the same files give the same
 * bytes everywhere, and a reader can demand every byte (docs/decisions: an archive of our own).
 */

/** One file of an archive. */
export interface ArchiveEntry {
  /** ASCII, without folders. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly crc32: number;
}

/** Sizes and offsets are 32 bits wide here. */
export const MOST_BYTES = 0xffff_ffff;
/** Entries are counted in 16 bits. */
export const MOST_ENTRIES = 0xffff;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const LOCAL = 0x0403_4b50;
const CENTRAL = 0x0201_4b50;
const END = 0x0605_4b50;
const VERSION = 20;
const UNIX = 3 << 8;
/** A plain file that everybody may read. */
const MODE = (0o100644 << 16) >>> 0;
/** 1 January 1980, the first day that ZIP knows. */
const DATE = (1 << 5) | 1;

const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;

export const isEntryName = (name: string): boolean => NAME.test(name);

/** What stands before the bytes of a file. */
export function localHeader(entry: ArchiveEntry): Buffer {
  const header = Buffer.alloc(LOCAL_BYTES);
  header.writeUInt32LE(LOCAL, 0);
  header.writeUInt16LE(VERSION, 4);
  writeCommon(header, entry, 6);
  return Buffer.concat([header, Buffer.from(entry.name, 'latin1')]);
}

/** Flags, method, time, date, CRC, both sizes and the length of the name: the same in both headers. */
function writeCommon(header: Buffer, { name, size, crc32 }: ArchiveEntry, at: number): void {
  header.writeUInt16LE(DATE, at + 6);
  header.writeUInt32LE(crc32, at + 8);
  header.writeUInt32LE(size, at + 12);
  header.writeUInt32LE(size, at + 16);
  header.writeUInt16LE(name.length, at + 20);
}

/** Bytes that stand before the content of a file of this name. */
export const localHeaderBytes = (name: string): number => LOCAL_BYTES + name.length;

/** The length of the name that a local header announces; undefined: this is no local header. */
export function nameLengthIn(header: Buffer): number | undefined {
  if (header.length < LOCAL_BYTES || header.readUInt32LE(0) !== LOCAL) return undefined;
  return header.readUInt16LE(26);
}

export const FIXED_HEADER_BYTES = LOCAL_BYTES;

/** @param header the fixed part; @param name what follows it */
export function entryOf(header: Buffer, name: Buffer): ArchiveEntry {
  return {
    name: name.toString('latin1'),
    crc32: header.readUInt32LE(14),
    size: header.readUInt32LE(18),
  };
}

/** Everything behind the last file, for entries in their order from the first byte on. */
export function directoryOf(entries: readonly ArchiveEntry[]): Buffer {
  let offset = 0;
  const headers = entries.map((entry) => {
    const header = centralHeader(entry, offset);
    offset += localHeaderBytes(entry.name) + entry.size;
    return header;
  });
  const directory = Buffer.concat(headers);
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([directory, end]);
}

function centralHeader(entry: ArchiveEntry, offset: number): Buffer {
  const header = Buffer.alloc(CENTRAL_BYTES);
  header.writeUInt32LE(CENTRAL, 0);
  header.writeUInt16LE(UNIX | VERSION, 4);
  header.writeUInt16LE(VERSION, 6);
  writeCommon(header, entry, 8);
  header.writeUInt32LE(MODE, 38);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, Buffer.from(entry.name, 'latin1')]);
}
