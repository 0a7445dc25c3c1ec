import { permissionOf } from '../access/permissions.js';
import type { RiskTiers } from '../access/risk.js';
import type { Explanation } from '../drift/explain.store.js';
import { permissionsLostByEverybody } from '../drift/holdings.js';
import type { Sql, Tx } from '../platform/tx.js';
import { grantsAt } from '../snapshots/grants.view.js';
import type { ListReading } from '../snapshots/list-reading.js';
import { type HeldRole, worthTelling } from './worth-telling.js';

export interface NewSnapshot {
  readonly source: string;
  readonly seq: number;
  readonly tiers: RiskTiers;
  readonly explanation: Explanation;
  readonly readings: readonly ListReading[];
}

/** Writes what is worth telling in the transaction of what it tells: neither is ever there without the other. */
export async function writeAlerts(tx: Tx, snapshot: NewSnapshot): Promise<void> {
  const { source, seq, tiers, explanation, readings } = snapshot;
  const alerts = worthTelling({
    tiers,
    changes: explanation.changes,
    lostByEverybody: permissionsLostByEverybody(explanation.facts),
    held: readings.flatMap(({ step, held }) => (held ? [{ ...step, ...held }] : [])),
    firstRead: await firstReadRoles(tx, source, seq),
  });
  for (const [index, { kind, severity, body }] of alerts.entries()) {
    await tx.query(
      `INSERT INTO alert (source, seq, no, kind, severity, body) VALUES ($1, $2, $3, $4, $5, $6)`,
      [source, seq, index + 1, kind, severity, JSON.stringify(body)],
    );
  }
}

/** Roles in the scopes whose lists of principals had their first complete read with this snapshot. */
async function firstReadRoles(sql: Sql, source: string, seq: number): Promise<HeldRole[]> {
  const scopes = await sql.query<{ scope: string }>(
    `SELECT DISTINCT w.scope FROM watch w
      WHERE w.source = $1 AND w.first_complete_seq = $2 AND w.scope <> ''
        AND EXISTS (SELECT FROM grant_ g WHERE g.source = $1 AND g.stream = w.stream AND g.scope = w.scope AND g.until_seq IS NULL)`,
    [source, seq],
  );
  if (scopes.length === 0) return [];
  const grants = await grantsAt(sql, source, seq, { inScopes: scopes.map((s) => s.scope) });
  const catalogue = await sql.query<{ role: string; scope: string; permissions: string[] }>(
    `SELECT role, scope, array_agg(permission ORDER BY permission) AS permissions FROM role_permission
      WHERE source = $1 AND until_seq IS NULL GROUP BY role, scope`,
    [source],
  );
  const permissionsOf = (role: string, scope: string) =>
    catalogue.find((entry) => entry.role === role && entry.scope === scope)?.permissions;
  return grants.map(({ principal, target, inScope }) => {
    const role = target.replace(/^role:/, '');
    const single = permissionOf(target);
    const permissions =
      single !== undefined ? [single] : (permissionsOf(role, inScope) ?? permissionsOf(role, GLOBAL) ?? []);
    return { identity: principal, role, scope: inScope, permissions };
  });
}

/** The scope whose catalogue counts where a scope has none of its own. */
const GLOBAL = '1';
