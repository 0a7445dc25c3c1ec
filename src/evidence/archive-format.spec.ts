import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import yauzl from 'yauzl';
import { directoryOf, entryOf, FIXED_HEADER_BYTES, localHeader } from './archive-format.js';

const FILES = [
  { name: 'a.txt', content: Buffer.from('hello\n') },
  { name: 'empty.csv', content: Buffer.alloc(0) },
];
const entries = FILES.map(({ name, content }) => ({ name, size: content.length, crc32: crc32(content) }));

function archive(): Buffer {
  const files = FILES.flatMap(({ content }, i) => [localHeader(entries[i]!), content]);
  return Buffer.concat([...files, directoryOf(entries)]);
}

/** As an independent program reads it. */
async function unpacked(bytes: Buffer): Promise<string[][]> {
  const zip = await promisify<Buffer, yauzl.Options, yauzl.ZipFile>(yauzl.fromBuffer)(bytes, {
    lazyEntries: true,
    autoClose: false,
    validateEntrySizes: true,
  });
  const files: string[][] = [];
  await new Promise<void>((done, fail) => {
    zip.on('entry', (entry: yauzl.Entry) => {
      zip.openReadStream(entry, (error, stream) => {
        if (error) return fail(error);
        text(stream).then((content) => {
          files.push([entry.fileName, content, (entry.externalFileAttributes >>> 16).toString(8)]);
          zip.readEntry();
        }, fail);
      });
    });
    zip.once('end', done).once('error', fail);
    zip.readEntry();
  });
  return files;
}

describe('an archive', () => {
  it('is one that an independent program reads', async () => {
    expect(await unpacked(archive())).toEqual([
      ['a.txt', 'hello\n', '100644'],
      ['empty.csv', '', '100644'],
    ]);
  });

  it('gives back from a header what went into it', () => {
    for (const entry of entries) {
      const header = localHeader(entry);
      const parts = [header.subarray(0, FIXED_HEADER_BYTES), header.subarray(FIXED_HEADER_BYTES)] as const;
      expect(entryOf(...parts)).toEqual(entry);
    }
  });
});
