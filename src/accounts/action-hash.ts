import { canonicalBytes, sha256 } from '../platform/canonical.js';

/** A row of the log of actions, as its hash sees it. */
export interface ActionRow {
  /** 1, 2, 3 … without a gap, in decimal. */
  readonly id: string;
  /** UTC with microseconds: `2026-03-01T09:30:00.000000Z`. */
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly source: string | null;
  readonly detail: unknown;
  readonly previousHash: Buffer | null;
}

/** SHA-256 over the RFC 8785 bytes of the row with the hash before it: changing one row breaks all that follow. */
export function actionHash({ previousHash, ...row }: ActionRow): Buffer {
  return sha256(canonicalBytes({ ...row, previousHash: previousHash?.toString('hex') ?? null }));
}
