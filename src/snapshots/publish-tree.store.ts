import type { Tx } from '../platform/tx.js';
import type { Counts } from './manifest.js';
import { rootOf } from './merkle.js';
import type { PublishFrame } from './publish-rows.store.js';

/** Rehashes the buckets that this publication touched, in the database, and gives the root over all buckets. */
export async function publishTree(tx: Tx, frame: PublishFrame): Promise<Buffer> {
  const params = [frame.source, frame.seq];
  await tx.query(FRESH, params);
  await tx.query(
    `UPDATE bucket b SET until_seq = $2 FROM fresh f
      WHERE b.source = $1 AND b.no = f.no AND b.until_seq IS NULL AND b.hash IS DISTINCT FROM f.hash`,
    params,
  );
  await tx.query(
    `INSERT INTO bucket (source, no, hash, from_seq)
     SELECT $1, f.no, f.hash, $2 FROM fresh f
      WHERE f.hash IS NOT NULL AND NOT EXISTS (SELECT FROM bucket b WHERE b.source = $1 AND b.no = f.no AND b.until_seq IS NULL)`,
    params,
  );
  const buckets = await tx.query<{ no: number; hash: Buffer }>(
    `SELECT no, hash FROM bucket WHERE source = $1 AND until_seq IS NULL`,
    [frame.source],
  );
  return rootOf(new Map(buckets.map((b) => [b.no, b.hash])));
}

/** Hash null: the bucket is empty now. Empty buckets have no row. */
const FRESH = `
  CREATE TEMP TABLE fresh ON COMMIT DROP AS
  SELECT t.no, (SELECT CASE WHEN count(*) > 0 THEN sha256('\\x00'::bytea || string_agg(r.leaf, ''::bytea ORDER BY r.leaf)) END
                  FROM record r WHERE r.source = $1 AND r.bucket = t.no AND r.until_seq IS NULL) AS hash
    FROM (SELECT bucket AS no FROM record WHERE source = $1 AND from_seq = $2
           UNION SELECT bucket FROM record WHERE source = $1 AND until_seq = $2) t`;

/** Open rows after this publication: those before it, plus what opened, less what closed. */
export async function countsAfter(tx: Tx, frame: PublishFrame, before: Counts): Promise<Counts> {
  const delta = async (table: string) => {
    const [row] = await tx.query<{ n: string }>(
      `SELECT (SELECT count(*) FROM ${table} WHERE source = $1 AND from_seq = $2)
            - (SELECT count(*) FROM ${table} WHERE source = $1 AND until_seq = $2) AS n`,
      [frame.source, frame.seq],
    );
    return Number(row?.n ?? 0);
  };
  return {
    records: before.records + (await delta('record')),
    grants: before.grants + (await delta('grant_')),
    rolePermissions: before.rolePermissions + (await delta('role_permission')),
    links: before.links + (await delta('link')),
  };
}
