import type { Sql } from '../platform/tx.js';
import type { Step } from '../sources/source.js';
import type { ListReading, RunFrame } from './list-reading.js';

/** Scopes whose lists are read until now. */
export async function watchedScopes(sql: Sql, source: string): Promise<string[]> {
  const rows = await sql.query<{ scope: string }>(
    `SELECT DISTINCT scope FROM watch WHERE source = $1 AND scope <> '' AND until_seq IS NULL`,
    [source],
  );
  return rows.map((r) => r.scope);
}

/** The lists of these scopes that are read until now. */
export async function watchedLists(sql: Sql, source: string, scopes: readonly string[]): Promise<Step[]> {
  return sql.query<Step>(
    `SELECT stream, scope FROM watch WHERE source = $1 AND scope = ANY ($2) AND until_seq IS NULL ORDER BY stream, scope`,
    [source, scopes],
  );
}

/** Scopes that the source listed, as we stand by it now. */
export async function openScopes(sql: Sql, source: string, step: Step): Promise<string[]> {
  const rows = await sql.query<{ match_key: string }>(
    `SELECT i.match_key FROM record r JOIN identity i ON i.source = r.source AND i.identity_id = r.identity_id
      WHERE r.source = $1 AND r.stream = $2 AND r.scope = $3 AND r.until_seq IS NULL`,
    [source, step.stream, step.scope],
  );
  return rows.map((r) => r.match_key);
}

/** Scopes that will stand when this reading is published: the open ones that do not close, and those it adds. */
export async function scopesAfter(sql: Sql, run: RunFrame, reading: ListReading): Promise<string[]> {
  const rows = await sql.query<{ match_key: string }>(
    `SELECT coalesce(i.match_key, si.match_key) AS match_key
       FROM (SELECT identity_id FROM record WHERE source = $1 AND stream = $3 AND scope = $4 AND until_seq IS NULL
              UNION SELECT identity_id FROM stage_record WHERE run_id = $2 AND stream = $3 AND scope = $4 AND attempt = ANY ($5)
             EXCEPT SELECT identity_id FROM stage_closing WHERE run_id = $2 AND stream = $3 AND scope = $4 AND (exempt OR NOT $6)) k
       LEFT JOIN identity i ON i.source = $1 AND i.identity_id = k.identity_id
       LEFT JOIN stage_identity si ON si.run_id = $2 AND si.identity_id = k.identity_id`,
    [run.source, run.runId, reading.step.stream, reading.step.scope, reading.applied, reading.held !== null],
  );
  return rows.map((r) => r.match_key);
}
