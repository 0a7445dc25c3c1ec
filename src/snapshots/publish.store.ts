import { RolewatchError } from '../platform/errors.js';
import type { Tx } from '../platform/tx.js';
import type { ListReading, RunFrame } from './list-reading.js';
import { type Counts, manifestOf, type RunFacts } from './manifest.js';
import { forgetAllPages, publishNotes } from './publish-notes.store.js';
import { publishLinks, publishRights } from './publish-rights.store.js';
import { type PublishFrame, publishRows } from './publish-rows.store.js';
import { countsAfter, publishTree } from './publish-tree.store.js';

export interface Publication {
  readonly run: RunFrame;
  readonly tagKeyNo: number;
  readonly facts: RunFacts;
  readonly readings: readonly ListReading[];
  readonly leftScopes: readonly { readonly scope: string; readonly by: 'scope' | 'configuration' }[];
  /** When the state was as read, by whoever read it: an export's date, else the end of the last read. */
  readonly observedAt: Date;
}

export interface Published {
  readonly seq: number;
  readonly digest: Buffer;
  readonly recordedAt: Date;
}

interface Base {
  readonly last_seq: number;
  readonly now: Date;
  readonly manifest: string | null;
  readonly digest: Buffer | null;
}

const NOTHING: Counts = { records: 0, grants: 0, rolePermissions: 0, links: 0 };

/**
 * Makes the next snapshot of a source out of what a run staged. Inside the fenced transaction: all or nothing.
 * @throws RolewatchError 'superseded' if the state this run compared with is no longer the latest
 */
export async function publishSnapshot(tx: Tx, publication: Publication): Promise<Published> {
  const { run, readings } = publication;
  const base = await lockBase(tx, run);
  const seq = base.last_seq + 1;
  const leftScopes = publication.leftScopes.map((l) => l.scope);
  const frame: PublishFrame = { ...run, seq, tagKeyNo: publication.tagKeyNo, leftScopes };

  await publishRows(tx, frame, readings);
  await publishRights(tx, frame);
  await publishNotes(tx, frame, readings, {
    at: publication.observedAt,
    statedBy: publication.facts.statedBy,
  });
  if ((await publishLinks(tx, frame)) > 0 || (await roleHoldingOusMoved(tx, frame)))
    await forgetAllPages(tx, run.source);
  const root = await publishTree(tx, frame);
  const counts = await countsAfter(tx, frame, countsIn(base.manifest));
  const manifest = manifestOf({
    source: run.source,
    seq,
    recordedAt: base.now,
    root,
    previousDigest: base.digest,
    counts,
    facts: publication.facts,
    readings,
    observedAt: publication.observedAt,
    leftScopes: publication.leftScopes,
  });
  await tx.query(
    `INSERT INTO snapshot (source, seq, run_id, recorded_at, root, manifest, digest, previous_digest) VALUES ($1, $2, $3, date_trunc('milliseconds', now()), $4, $5, $6, $7)`,
    [run.source, seq, run.runId, root, manifest.text, manifest.digest, base.digest],
  );
  await tx.query(`UPDATE source SET last_seq = $2, retired_seq = NULL WHERE name = $1`, [run.source, seq]);
  return { seq, digest: manifest.digest, recordedAt: base.now };
}

async function lockBase(tx: Tx, run: RunFrame): Promise<Base> {
  const [base] = await tx.query<Base>(
    `SELECT s.last_seq, date_trunc('milliseconds', now()) AS now, p.manifest, p.digest FROM source s
       LEFT JOIN snapshot p ON p.source = s.name AND p.seq = s.last_seq WHERE s.name = $1 FOR UPDATE OF s`,
    [run.source],
  );
  if (!base) throw new RolewatchError('unknown-source', `no source "${run.source}" in the database`);
  if (base.last_seq !== run.baseSeq) {
    throw new RolewatchError(
      'superseded',
      `${run.source}: snapshot ${base.last_seq} was published while this run compared with ${run.baseSeq}`,
    );
  }
  return base;
}

function countsIn(manifest: string | null): Counts {
  if (manifest === null) return NOTHING;
  return (JSON.parse(manifest) as { counts: Counts }).counts;
}

async function roleHoldingOusMoved(tx: Tx, frame: PublishFrame): Promise<boolean> {
  const [row] = await tx.query<{ moved: boolean }>(
    `SELECT EXISTS (SELECT FROM grant_ g JOIN record r ON r.source = g.source AND r.stream = g.stream AND r.scope = g.scope
                       AND r.identity_id = g.identity_id AND (r.from_seq = $2 OR r.until_seq = $2)
                     WHERE g.source = $1 AND (g.from_seq = $2 OR g.until_seq = $2) AND r.body ->> 'type' = 'OU') AS moved`,
    [frame.source, frame.seq],
  );
  return row?.moved ?? false;
}
