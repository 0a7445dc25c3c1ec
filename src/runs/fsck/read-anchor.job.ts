import { open, readFile } from 'node:fs/promises';
import { snapshotsIn } from '../../evidence/bundle-snapshots.job.js';
import { verifyBundle } from '../../evidence/verify-bundle.job.js';
import { RolewatchError } from '../../platform/errors.js';
import { type Anchor, type AnchoredSnapshot, anchorInReport, headIn } from './anchor.js';

/**
 * What to compare with: an evidence bundle, which is verified first, or what `rolewatch fsck --json` said once.
 * @throws RolewatchError evidence-broken, usage
 */
export async function readAnchor(path: string): Promise<Anchor> {
  if ((await firstByte(path)) === '{') {
    const snapshots = anchorInReport(await readFile(path, 'utf8'));
    if (snapshots === undefined)
      throw new RolewatchError('usage', `${path} is no report of rolewatch fsck --json that has an anchor`);
    return { snapshots };
  }
  const { manifest } = await verifyBundle(path);
  return { snapshots: bundled(path, manifest.source) };
}

async function* bundled(path: string, source: string): AsyncGenerator<AnchoredSnapshot> {
  for await (const { seq, digest, recordedAt, manifest } of snapshotsIn(path))
    yield { source, seq, digest, recordedAt, journal: headIn(manifest) };
}

async function firstByte(path: string): Promise<string> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new RolewatchError('usage', `${path} cannot be read: ${String(cause)}`, { cause });
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, 0);
    return buffer.subarray(0, bytesRead).toString('latin1');
  } finally {
    await file.close();
  }
}
