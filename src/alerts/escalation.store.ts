import type { Database } from '../platform/database.js';
import type { Tx } from '../platform/tx.js';
import type { AlertRouting } from './alert-routing.js';
import { alertsWithout } from './acknowledgement.view.js';
import { snapshotAlerts } from './alerts.view.js';
import { escalationMessage, type ToldBefore } from './message/escalation.js';
import { escalationJson } from './message/hook.js';
import type { Told } from './message/message.js';
import { rendered } from './outbox.store.js';
import type { Recipient } from './route.js';
import { snapshotFacts } from './snapshot-facts.view.js';

interface Due extends Recipient {
  readonly source: string;
  readonly id: string;
  readonly seq: number;
  readonly step: number;
  readonly messageId: string;
  readonly minutes: number;
}

/**
 * Lets go further what nobody has acknowledged in time, and withdraws the rest. Each step was written with its alert,
 * so that it comes once, whoever looks and however often they restart.
 */
export async function escalate(db: Database, routing: AlertRouting): Promise<void> {
  while (await db.transaction((tx) => escalateOne(tx, routing)));
}

async function escalateOne(tx: Tx, routing: AlertRouting): Promise<boolean> {
  const [due] = await tx.query<Due>(
    `SELECT source, id::text, seq, step, channel, recipient, message_id AS "messageId",
            round(extract(epoch FROM due_at - created_at) / 60)::int AS minutes
       FROM outbox WHERE state = 'waiting' AND kind = 'escalation' AND due_at <= clock_timestamp()
      ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`,
  );
  if (due === undefined) return false;
  const { source, seq, id, step, minutes } = due;
  const open = await alertsWithout(tx, source, id);
  if (open.length === 0) {
    await tx.execute(
      `UPDATE outbox SET state = 'withdrawn', why = 'acknowledged in time', ended_at = clock_timestamp() WHERE source = $1 AND id = $2`,
      [source, id],
    );
    return true;
  }
  const { stored, views } = await snapshotAlerts(tx, source, seq);
  const alerts = views.filter((_, i) => open.includes(stored[i]?.no ?? 0));
  const told: Told = { source, snapshot: await snapshotFacts(tx, source, seq), alerts };
  const message = escalationMessage(told, { step, minutes, before: await toldBefore(tx, due, open) });
  const json = (): string => escalationJson(due.messageId, told, { step, minutes }, message);
  const { subject, content } = rendered(due, message, { routing, json });
  await tx.execute(
    `UPDATE outbox SET state = 'pending', severity = $3, subject = $4, content = $5, tried_since = clock_timestamp() WHERE source = $1 AND id = $2`,
    [source, id, message.severity, subject, JSON.stringify(content)],
  );
  return true;
}

/** Who was told of these alerts already, and whether it arrived. */
async function toldBefore(tx: Tx, { source, id, seq }: Due, nos: readonly number[]): Promise<ToldBefore[]> {
  return tx.query<ToldBefore>(
    `SELECT o.recipient, CASE coalesce(d.state, o.state) WHEN 'sent' THEN 'sent' WHEN 'dead' THEN 'dead' ELSE 'not yet' END AS state,
            CASE WHEN o.state = 'collected' THEN d.ended_at ELSE o.ended_at END AS "endedAt"
       FROM outbox o LEFT JOIN outbox d ON d.id = o.told_by
      WHERE o.source = $1 AND o.seq = $2 AND o.id <> $3 AND o.state <> 'withdrawn' AND NOT (o.kind = 'escalation' AND o.state = 'waiting')
        AND EXISTS (SELECT FROM outbox_alert a WHERE a.source = o.source AND a.id = o.id AND a.no = ANY ($4))
      ORDER BY o.created_at, o.id`,
    [source, seq, id, nos],
  );
}
