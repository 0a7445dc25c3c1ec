import type { Verdict } from '../access/model.js';
import type { Database } from '../platform/database.js';
import { firstKept } from './horizon.view.js';
import type { ObservationView, SnapshotView } from './observation.js';

export interface SnapshotsWanted {
  /** Only the newest so many. */
  readonly limit?: number | undefined;
  /** Only those with a lower seq. */
  readonly before?: number | undefined;
}

/** The snapshots of a source, newest first, each with how it was obtained. */
export async function snapshotsOf(
  db: Database,
  source: string,
  { limit, before }: SnapshotsWanted = {},
): Promise<SnapshotView[]> {
  return newestFirst(db, { source, ...(before !== undefined && { seq: { lt: before } }) }, limit);
}

/** One snapshot with how it was obtained, or undefined where there is none of that number. */
export async function snapshotOf(
  db: Database,
  source: string,
  seq: number,
): Promise<SnapshotView | undefined> {
  return (await newestFirst(db, { source, seq }))[0];
}

async function newestFirst(
  db: Database,
  where: { readonly source: string; readonly seq?: number | { readonly lt: number } },
  limit?: number,
): Promise<SnapshotView[]> {
  const snapshots = await db.prisma.snapshot.findMany({
    where,
    orderBy: { seq: 'desc' },
    omit: { manifest: true },
    ...(limit !== undefined && { take: limit }),
  });
  const first = await firstKept(db, where.source);
  const [newest, oldest] = [snapshots.at(0)?.seq ?? 0, snapshots.at(-1)?.seq ?? 1];
  const observations = await db.prisma.observation.findMany({
    where: { source: where.source, seq: { gte: oldest, lte: newest } },
    orderBy: [{ stream: 'asc' }, { scope: 'asc' }],
  });
  const bySeq = new Map<number, ObservationView[]>(snapshots.map(({ seq }) => [seq, []]));
  for (const observation of observations) bySeq.get(observation.seq)?.push(toView(observation));
  return snapshots.map((snapshot) => ({
    source: where.source,
    seq: snapshot.seq,
    recordedAt: snapshot.recordedAt.toISOString(),
    digest: hex(snapshot.digest),
    root: hex(snapshot.root),
    ...(snapshot.previousDigest !== null && { previousDigest: hex(snapshot.previousDigest) }),
    ...(snapshot.seq < first && { beforeHorizon: true as const }),
    observations: bySeq.get(snapshot.seq) ?? [],
  }));
}

type ObservationRow = Awaited<ReturnType<Database['prisma']['observation']['findMany']>>[number];

function toView(row: ObservationRow): ObservationView {
  return {
    stream: row.stream,
    ...(row.scope !== '' && { scope: row.scope }),
    // the database allows no other word
    verdict: row.verdict as Verdict,
    rows: row.rows,
    ...(row.total !== null && { total: row.total }),
    pages: row.pages,
    ...(row.pagesDigest !== null && { pagesDigest: hex(row.pagesDigest) }),
    reads: row.reads,
    ...(row.readFrom !== null && { readFrom: row.readFrom.toISOString() }),
    ...(row.readTo !== null && { readTo: row.readTo.toISOString() }),
    ...(row.observedAt !== null && { observedAt: row.observedAt.toISOString() }),
    statedBy: row.statedBy,
    unconfirmed: row.unconfirmed,
    held: row.held,
    ...(row.why !== null && { why: row.why }),
  };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
