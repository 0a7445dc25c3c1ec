import type { Sql } from '../platform/tx.js';
import type { Json } from '../sources/source.js';

/** The ruleset in force, and who put it there. */
export interface ActiveRuleset {
  readonly digest: string;
  readonly document: Json;
  readonly actor: string;
  readonly reason: string;
  readonly activatedAt: Date;
}

/** Null: none was ever activated. */
export async function activeRuleset(sql: Sql): Promise<ActiveRuleset | null> {
  const [active] = await sql.query<ActiveRuleset>(
    `select r.digest, r.document, a.actor, a.reason, a.activated_at as "activatedAt"
       from ruleset_activation a join ruleset r on r.digest = a.digest order by a.id desc limit 1`,
  );
  return active ?? null;
}

/** What a manifest names as the ruleset in force; null: none was ever activated. */
export async function activeRulesetDigest(sql: Sql): Promise<string | null> {
  const [active] = await sql.query<{ digest: string }>(
    'select digest from ruleset_activation order by id desc limit 1',
  );
  return active?.digest ?? null;
}

/** The document of a ruleset that was ever active. */
export async function rulesetDocument(sql: Sql, digest: string): Promise<Json | undefined> {
  const [ruleset] = await sql.query<{ document: Json }>('select document from ruleset where digest = $1', [
    digest,
  ]);
  return ruleset?.document;
}
