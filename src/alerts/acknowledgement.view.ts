import type { Sql } from '../platform/tx.js';
import type { AcknowledgedBy } from './alert-view.js';

/** Somebody said so of the alert, or dealt with its finding after it was written. */
const ACKNOWLEDGED = `
  EXISTS (SELECT FROM alert_acknowledgement k WHERE k.source = a.source AND k.seq = a.seq AND k.no = a.no)
  OR EXISTS (SELECT FROM finding_event e
              WHERE e.source = a.source AND e.finding = (a.body -> 'finding' ->> 'id')::int
                AND e.state IN ('acknowledged', 'waived', 'resolved') AND e.recorded_at >= a.recorded_at)`;

/** Numbers of the alerts of a message that nobody has acknowledged. */
export async function alertsWithout(sql: Sql, source: string, message: string): Promise<number[]> {
  const rows = await sql.query<{ no: number }>(
    `SELECT a.no FROM outbox o JOIN outbox_alert t ON t.source = o.source AND t.id = o.id
       JOIN alert a ON a.source = o.source AND a.seq = o.seq AND a.no = t.no
      WHERE o.source = $1 AND o.id = $2 AND NOT (${ACKNOWLEDGED}) ORDER BY a.no`,
    [source, message],
  );
  return rows.map(({ no }) => no);
}

/** By number, of the alerts of one snapshot. */
export async function acknowledgements(
  sql: Sql,
  source: string,
  seq: number,
): Promise<ReadonlyMap<number, AcknowledgedBy>> {
  const rows = await sql.query<{ no: number; actor: string; reason: string; at: Date }>(
    `SELECT no, actor, reason, recorded_at AS at FROM alert_acknowledgement WHERE source = $1 AND seq = $2`,
    [source, seq],
  );
  return new Map(rows.map(({ no, at, ...by }) => [no, { ...by, at: at.toISOString() }]));
}
