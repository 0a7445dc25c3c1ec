import type { Database } from '../platform/database.js';
import { horizonOf } from './horizon.view.js';

/** What became of one moment at which a source was due. */
export interface CoverageSlot {
  readonly source: string;
  readonly dueAt: string;
  readonly trigger: 'schedule' | 'manual';
  /** `due` and `leased` have not ended yet; every other state is final. */
  readonly state: 'due' | 'leased' | 'published' | 'failed' | 'missed';
  /** The snapshot that was published. */
  readonly seq?: number;
  readonly why?: string;
  readonly endedAt?: string;
}

/** Since when the slots of a source are kept, where they are not from the beginning: what is before is not a gap. */
export async function coverageKeptSince(db: Database, source: string): Promise<string | undefined> {
  return (await horizonOf(db, source, 'log'))?.before.toISOString();
}

export interface CoverageWanted {
  /** Only the newest so many. */
  readonly limit?: number | undefined;
  /** Only those that were due earlier. */
  readonly before?: string | undefined;
}

/** The slots of a source, newest first, those still ahead included. */
export async function coverageOf(
  db: Database,
  source: string,
  { limit, before }: CoverageWanted = {},
): Promise<CoverageSlot[]> {
  const slots = await db.prisma.slot.findMany({
    where: { source, ...(before !== undefined && { dueAt: { lt: new Date(before) } }) },
    orderBy: { dueAt: 'desc' },
    ...(limit !== undefined && { take: limit }),
  });
  return slots.map((slot) => ({
    source,
    dueAt: slot.dueAt.toISOString(),
    // the database allows no other words
    trigger: slot.trigger as CoverageSlot['trigger'],
    state: slot.state as CoverageSlot['state'],
    ...(slot.seq !== null && { seq: slot.seq }),
    ...(slot.why !== null && { why: slot.why }),
    ...(slot.endedAt !== null && { endedAt: slot.endedAt.toISOString() }),
  }));
}
