import { permissionModelOf } from '../access/permission-model.js';
import { keyed, namesOf } from '../drift/names.view.js';
import type { Sql } from '../platform/tx.js';
import { productOf } from '../sources/source-config.js';
import { acknowledgements } from './acknowledgement.view.js';
import { type AlertView, identitiesIn, keysIn, type Names, type StoredAlert, viewOf } from './alert-view.js';

/** Alerts of one snapshot, as they are kept and with their names. */
export interface SnapshotAlerts {
  readonly stored: readonly StoredAlert[];
  readonly views: readonly AlertView[];
}

/** What snapshot `seq` gave to tell, in its order. */
export async function alertsOf(sql: Sql, source: string, seq: number): Promise<readonly AlertView[]> {
  const { stored, views } = await snapshotAlerts(sql, source, seq);
  const by = await acknowledgements(sql, source, seq);
  return views.map((view, i) => {
    const acknowledged = by.get(stored[i]?.no ?? 0);
    return acknowledged === undefined ? view : { ...view, acknowledged };
  });
}

export async function snapshotAlerts(sql: Sql, source: string, seq: number): Promise<SnapshotAlerts> {
  const stored = await sql.query<StoredAlert>(
    `SELECT no, kind, severity, body FROM alert WHERE source = $1 AND seq = $2 ORDER BY no`,
    [source, seq],
  );
  const names = await namesIn(sql, source, seq, stored);
  return { stored, views: stored.map((alert) => viewOf(seq, alert, names)) };
}

async function namesIn(
  sql: Sql,
  source: string,
  seq: number,
  alerts: readonly StoredAlert[],
): Promise<Names> {
  const keys = await keyed(sql, source, [...new Set(alerts.flatMap(keysIn))]);
  const ids = [...alerts.flatMap(identitiesIn), ...keys.map(({ id }) => id)];
  const identities = await namesOf(sql, source, seq, [...new Set(ids)]);
  const byKey = keys.flatMap(({ nameSpace, key, id }) => {
    const name = identities.get(id)?.name;
    return name ? [[`${nameSpace}:${key}`, name] as const] : [];
  });
  return { identities, keyed: new Map(byKey), scopeWord: await scopeWordOf(sql, source) };
}

async function scopeWordOf(sql: Sql, source: string): Promise<string> {
  const [row] = await sql.query<{ kind: string }>('SELECT kind FROM source WHERE name = $1', [source]);
  return permissionModelOf(productOf(row?.kind ?? '')).scopeWord;
}
