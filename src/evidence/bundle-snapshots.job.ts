import { z } from 'zod';
import { linesOf } from './lines.js';
import { ArchiveReader } from './read-archive.job.js';

/** What a bundle says of one snapshot. */
const SNAPSHOT = z.looseObject({
  seq: z.int(),
  digest: z.string(),
  recordedAt: z.string(),
  manifest: z.string(),
});
export type BundledSnapshot = z.infer<typeof SNAPSHOT>;

/** The snapshots of a bundle that was verified, oldest first. */
export async function* snapshotsIn(path: string): AsyncGenerator<BundledSnapshot, void, undefined> {
  const archive = await ArchiveReader.open(path);
  try {
    const table = archive.files.find(({ name }) => name === 'snapshots.jsonl');
    if (table === undefined) return;
    for await (const line of linesOf(archive.content(table)))
      yield SNAPSHOT.parse(JSON.parse(line.toString('utf8')));
  } finally {
    await archive.close();
  }
}
