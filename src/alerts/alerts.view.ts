import { permissionModelOf } from '../access/permission-model.js';
import { keyed, namesOf } from '../drift/names.view.js';
import { Alike } from '../platform/alike.js';
import { inSteps } from '../platform/in-steps.js';
import type { Sql } from '../platform/tx.js';
import type { Because } from '../rules/verdicts.js';
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
  const stored = await storedAlerts(sql, source, seq);
  const names = await namesIn(sql, source, seq, stored);
  return { stored, views: await inSteps(viewsInSteps(seq, stored, names)) };
}

const ROWS_AT_ONCE = 2_000;

/** What findings have alike, their reasons above all, is in memory once. */
async function storedAlerts(sql: Sql, source: string, seq: number): Promise<StoredAlert[]> {
  const becauses = new Alike<readonly Because[]>();
  const stored: StoredAlert[] = [];
  for (let more = true; more;) {
    const rows = await sql.query<StoredAlert & { readonly because: string | null }>(
      `SELECT no, kind, severity, body #- '{finding,because}' AS body, body #>> '{finding,because}' AS because
         FROM alert WHERE source = $1 AND seq = $2 AND no > $3 ORDER BY no LIMIT $4`,
      [source, seq, stored.at(-1)?.no ?? 0, ROWS_AT_ONCE],
    );
    for (const { because: text, body, ...alert } of rows) {
      const because = text === null ? [] : becauses.of(text, () => JSON.parse(text) as Because[]);
      stored.push({
        ...alert,
        body: body.finding === undefined ? body : { ...body, finding: { ...body.finding, because } },
      });
    }
    more = rows.length === ROWS_AT_ONCE;
  }
  return stored;
}

const ALERTS_A_STEP = 200;

function* viewsInSteps(
  seq: number,
  stored: readonly StoredAlert[],
  names: Names,
): Generator<void, AlertView[]> {
  const views: AlertView[] = [];
  for (const alert of stored) {
    if (views.length % ALERTS_A_STEP === 0) yield;
    views.push(viewOf(seq, alert, names));
  }
  return views;
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
  return {
    identities,
    keyed: new Map(byKey),
    scopeWord: await scopeWordOf(sql, source),
    said: new WeakMap(),
  };
}

async function scopeWordOf(sql: Sql, source: string): Promise<string> {
  const [row] = await sql.query<{ kind: string }>('SELECT kind FROM source WHERE name = $1', [source]);
  return permissionModelOf(productOf(row?.kind ?? '')).scopeWord;
}
