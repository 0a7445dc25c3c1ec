import type { Sql } from '../../platform/tx.js';

/** A row that breaks an invariant, found by its key. */
export interface BadRow {
  readonly table: string;
  readonly key: Readonly<Record<string, string | number | null>>;
  /** What is wrong with it, in words. */
  readonly says: string;
  /** Something to know, which breaks nothing. */
  readonly note?: true;
}

/** One invariant and how it is proven. A check reads only, and its memory does not grow with the store. */
interface Invariant {
  readonly id: string;
  /** What must hold. */
  readonly invariant: string;
  /** What one knows when it does. */
  readonly proves: string;
}

/** Run once for each source. */
export interface SourceCheck extends Invariant {
  run(sql: Sql, source: string): AsyncIterable<BadRow>;
}

/** Run once for the whole store. */
export interface StoreCheck extends Invariant {
  run(sql: Sql): AsyncIterable<BadRow>;
}
