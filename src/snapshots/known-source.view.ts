import { didYouMean } from '../platform/config/nearest.js';
import { RolewatchError } from '../platform/errors.js';
import type { Sql } from '../platform/tx.js';

export interface KnownSource {
  readonly name: string;
  readonly kind: string;
  /** Seq of its latest snapshot, 0 before the first. */
  readonly lastSeq: number;
}

/** Every source that the store knows, by name. */
export async function knownSources(sql: Sql): Promise<KnownSource[]> {
  return sql.query<KnownSource>(
    `select name, kind, last_seq as "lastSeq" from source order by name collate "C"`,
  );
}

/** @throws RolewatchError unknown-source, with the nearest name that is known */
export async function knownSource(sql: Sql, name: string): Promise<KnownSource> {
  const known = await knownSources(sql);
  const found = known.find((source) => source.name === name);
  if (found !== undefined) return found;
  const hint = didYouMean(
    name,
    known.map((source) => source.name),
  );
  throw new RolewatchError('unknown-source', `nothing was ever read from a source named "${name}"${hint}`);
}
