import type { RiskTiers } from '../access/risk.js';
import type { Sql } from '../platform/tx.js';
import type { SnapshotRef } from '../snapshots/snapshot-at.view.js';
import type { Row } from './csv.js';

/** What a bundle is about. */
export interface Period {
  readonly source: string;
  readonly kind: string;
  /** The state from which it looks on; changes are those after it. */
  readonly from: SnapshotRef;
  /** The state that it shows, and the last one whose changes are in it. */
  readonly to: SnapshotRef;
  readonly tiers: RiskTiers;
  /** The account the source is read with, where the configuration says so. */
  readonly ownAccount: string | null;
}

/** One table of a bundle, written as `<name>.jsonl` and as `<name>.csv`. */
export interface EvidenceDocument {
  readonly name: string;
  /** What its rows are, in a sentence. */
  readonly about: string;
  readonly columns: readonly string[];
  /** The same database gives the same rows in the same order; asked for twice, in one transaction. */
  rows(sql: Sql, period: Period): AsyncIterable<Row>;
}

/** Changes and alerts are those of later snapshots; of the very first one, too, which nothing comes before. */
export const afterSeq = ({ from }: Pick<Period, 'from'>): number => (from.seq === 1 ? 0 : from.seq);
