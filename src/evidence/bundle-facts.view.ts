import type { Sql } from '../platform/tx.js';
import type { Json, JsonObject } from '../sources/source.js';
import type { DigestSince, Slots } from './bundle-manifest.js';
import { afterSeq, type Period } from './document.js';

/** The sealed manifest of a snapshot. */
export async function manifestOfSnapshot(sql: Sql, source: string, seq: number): Promise<JsonObject> {
  const [row] = await sql.query<{ manifest: string }>(
    'select manifest from snapshot where source = $1 and seq = $2',
    [source, seq],
  );
  if (row === undefined) throw new Error(`snapshot ${String(seq)} of ${source} is gone while it is read`);
  return JSON.parse(row.manifest) as JsonObject;
}

/** Which digests a field of the manifests had over the period, in their order. */
export async function digestsOver(
  sql: Sql,
  { source, from, to }: Period,
  field: 'configDigest' | 'tiersDigest' | 'rulesetDigest',
): Promise<DigestSince[]> {
  return sql.query<DigestSince>(
    `select digest, seq as "sinceSeq" from (
       select seq, manifest::jsonb ->> $4 as digest, lag(manifest::jsonb ->> $4) over (order by seq) as before
         from snapshot where source = $1 and seq between $2 and $3) turn
      where digest is not null and digest is distinct from before order by seq`,
    [source, from.seq, to.seq, field],
  );
}

const GAPS_LISTED = 100;

/** What became of the moments at which the source was due. */
export async function slotsOver(sql: Sql, { source, from, to }: Period): Promise<Slots> {
  const [row] = await sql.query<Slots>(
    `select count(*) filter (where state = 'published')::int as published, count(*) filter (where state = 'failed')::int as failed,
            count(*) filter (where state = 'missed')::int as missed,
            coalesce((array_agg(to_char(due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') order by due_at)
                        filter (where state in ('failed', 'missed')))[:$6::int], '{}') as gaps
       from slot
      where source = $1 and (seq > $2 and seq <= $3 or seq is null and due_at > $4::timestamptz and due_at <= $5::timestamptz)`,
    [source, afterSeq({ from }), to.seq, from.recordedAt, to.recordedAt, GAPS_LISTED],
  );
  return row ?? { published: 0, failed: 0, missed: 0, gaps: [] };
}

/** The rules as they were run: every ruleset that a judgement of the period names. */
export async function rulesetsOver(
  sql: Sql,
  { source, from, to }: Period,
): Promise<{ digest: string; document: Json }[]> {
  return sql.query(
    `select digest, document from ruleset
      where digest in (select ruleset_digest from judgement where source = $1 and seq > $2 and seq <= $3) order by digest`,
    [source, afterSeq({ from }), to.seq],
  );
}
