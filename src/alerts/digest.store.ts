import type { Database } from '../platform/database.js';
import type { Schedule } from '../platform/slots.js';
import type { Tx } from '../platform/tx.js';
import type { AlertRouting } from './alert-routing.js';
import { snapshotAlerts } from './alerts.view.js';
import { slotAfter } from './digest-slot.js';
import { digestMessage } from './message/digest.js';
import { digestJson } from './message/hook.js';
import type { Told } from './message/message.js';
import { insertMessage, newMessageId, rendered } from './outbox.store.js';
import type { Recipient } from './route.js';
import { SEVERAL } from './several.js';
import { snapshotFacts } from './snapshot-facts.view.js';

/**
 * Makes one message of all that waits for each recipient whose hour has come. Any process may look at any time:
 * PostgreSQL's clock says whose hour has come, a lock and a unique key that it comes once.
 */
export async function collectDigests(db: Database, routing: AlertRouting): Promise<void> {
  const due = await db.query<Recipient>(
    `SELECT DISTINCT ON (channel, lower(recipient)) channel, recipient FROM outbox
      WHERE state = 'waiting' AND kind = 'alerts' AND due_at <= clock_timestamp() ORDER BY channel, lower(recipient), id`,
  );
  for (const to of due) await db.transaction((tx) => collect(tx, to, routing));
}

interface Waiting {
  readonly source: string;
  readonly id: string;
  readonly seq: number;
  readonly dueAt: Date;
  readonly schedule: Schedule;
  readonly now: Date;
}

async function collect(tx: Tx, to: Recipient, routing: AlertRouting): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('digest for ' || $1, 0))`, [
    to.recipient.toLowerCase(),
  ]);
  const waiting = await tx.query<Waiting>(
    `SELECT source, id::text, seq, due_at AS "dueAt", schedule, clock_timestamp() AS now FROM outbox
      WHERE state = 'waiting' AND kind = 'alerts' AND channel = $1 AND lower(recipient) = lower($2) AND due_at <= clock_timestamp()
      ORDER BY source, seq, id FOR UPDATE`,
    [to.channel, to.recipient],
  );
  // somebody else was here meanwhile
  if (waiting.length === 0) return;
  const slot = new Date(Math.max(...waiting.map(({ dueAt }) => dueAt.getTime())));
  if (await isTold(tx, to, slot)) return postpone(tx, waiting);
  const parts = await partsOf(tx, waiting);
  const message = digestMessage(parts, slot);
  const messageId = newMessageId(routing);
  const { subject, content } = rendered(to, message, {
    routing,
    json: () => digestJson(messageId, parts, message),
  });
  const row = {
    ...to,
    source: SEVERAL,
    seq: 0,
    kind: 'digest',
    state: 'pending',
    dueAt: null,
    slot,
  } as const;
  const id = await insertMessage(tx, { ...row, messageId, message, subject, content });
  await tx.execute(
    `UPDATE outbox SET state = 'collected', told_by = $1, ended_at = clock_timestamp() WHERE id = ANY ($2::bigint[])`,
    [id, waiting.map((one) => one.id)],
  );
}

async function isTold(tx: Tx, { channel, recipient }: Recipient, slot: Date): Promise<boolean> {
  const told = await tx.query(
    `SELECT FROM outbox WHERE kind = 'digest' AND channel = $1 AND lower(recipient) = lower($2) AND slot = $3`,
    [channel, recipient, slot],
  );
  return told.length > 0;
}

/** Committed only after the digest of its hour was made: it waits for the next one. */
async function postpone(tx: Tx, waiting: readonly Waiting[]): Promise<void> {
  for (const { source, id, schedule, now } of waiting)
    await tx.execute('UPDATE outbox SET due_at = $3 WHERE source = $1 AND id = $2', [
      source,
      id,
      slotAfter(schedule, now),
    ]);
}

/** What the waiting messages tell, by snapshot, with names as of now. */
async function partsOf(tx: Tx, waiting: readonly Waiting[]): Promise<Told[]> {
  const parts: Told[] = [];
  const snapshots = new Map(
    waiting.map(({ source, seq }) => [JSON.stringify([source, seq]), { source, seq }]),
  );
  for (const { source, seq } of snapshots.values()) {
    const ids = waiting.filter((one) => one.source === source && one.seq === seq).map(({ id }) => id);
    const told = await tx.query<{ no: number }>(
      'SELECT DISTINCT no FROM outbox_alert WHERE source = $1 AND id = ANY ($2::bigint[])',
      [source, ids],
    );
    const nos = new Set(told.map(({ no }) => no));
    const { stored, views } = await snapshotAlerts(tx, source, seq);
    const alerts = views.filter((_, i) => nos.has(stored[i]?.no ?? 0));
    parts.push({ source, snapshot: await snapshotFacts(tx, source, seq), alerts });
  }
  return parts;
}
