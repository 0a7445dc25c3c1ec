import { z } from 'zod';

/** What is known from outside the database of one of its states: nobody who can write to it can alter that. */
export interface Anchor {
  readonly snapshots: AsyncIterable<AnchoredSnapshot> | Iterable<AnchoredSnapshot>;
}

export interface AnchoredSnapshot {
  readonly source: string;
  readonly seq: number;
  /** Hex. */
  readonly digest: string;
  readonly recordedAt: string;
  /** The last entry of the journal that was there before it, or at the time. */
  readonly journal: { readonly no: number; readonly hash: string } | null;
}

const HEAD = z.looseObject({ no: z.int().min(1), hash: z.string() });

/** What a report of fsck keeps for the next one. */
const REPORT = z.looseObject({
  anchor: z.looseObject({
    journal: HEAD.nullable(),
    snapshots: z.array(
      z.looseObject({ source: z.string(), seq: z.int(), digest: z.string(), recordedAt: z.string() }),
    ),
  }),
});

/** @returns undefined: this is no report of fsck with an anchor */
export function anchorInReport(text: string): AnchoredSnapshot[] | undefined {
  const read = REPORT.safeParse(parsed(text));
  if (!read.success) return undefined;
  const { journal, snapshots } = read.data.anchor;
  return snapshots.map((snapshot) => ({ ...snapshot, journal }));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The head of the journal that a manifest names; null: it is older than the journal. */
export function headIn(manifest: string): AnchoredSnapshot['journal'] {
  const read = z.looseObject({ journal: HEAD.nullish() }).safeParse(parsed(manifest));
  return read.success ? (read.data.journal ?? null) : null;
}
