import { randomUUID } from 'node:crypto';
import type { Sql, Tx } from '../platform/tx.js';
import { identitiesIn } from './alert-view.js';
import { snapshotAlerts, type SnapshotAlerts } from './alerts.view.js';
import type { AlertRouting } from './alert-routing.js';
import type { Content } from './delivery/channel.js';
import { hookBody } from './message/hook.js';
import { renderMail } from './message/mail.js';
import { type Message, messageOf, type Told } from './message/message.js';
import { type Recipient, type Share, sharesOf } from './route.js';

/** So long a new message waits for what else the same run has to tell. */
export const GROUPING_MS = 10_000;

export interface NewAlerts {
  readonly source: string;
  readonly seq: number;
  /** Numbers of the alerts that were just written. */
  readonly nos: readonly number[];
}

/**
 * Writes the messages that tell of new alerts, in the transaction that writes the alerts. What a recipient of the same
 * snapshot has not been sent yet grows instead: one message for each run and recipient.
 */
export async function enqueue(tx: Tx, { source, seq, nos }: NewAlerts, routing: AlertRouting): Promise<void> {
  const all = await snapshotAlerts(tx, source, seq);
  const fresh = all.stored.filter(({ no }) => nos.includes(no));
  const shares = sharesOf(routing.routes, source, fresh);
  if (shares.length === 0) return;
  const snapshot = await snapshotFacts(tx, source, seq);
  for (const share of shares) {
    const waiting = await untried(tx, source, seq, share);
    const told = [...new Set([...(waiting?.nos ?? []), ...share.nos])];
    const draft: Draft = { source, seq, share, nos: told, waiting, routing };
    await put(tx, draft, { source, snapshot, alerts: viewsOf(all, told) }, all);
  }
}

interface Waiting {
  readonly id: string;
  readonly messageId: string;
  readonly nos: readonly number[];
}

interface Draft {
  readonly source: string;
  readonly seq: number;
  readonly share: Share;
  readonly nos: readonly number[];
  readonly waiting: Waiting | undefined;
  readonly routing: AlertRouting;
}

function viewsOf({ stored, views }: SnapshotAlerts, nos: readonly number[]): Told['alerts'] {
  return views.filter((_, i) => nos.includes(stored[i]?.no ?? 0));
}

async function snapshotFacts(sql: Sql, source: string, seq: number): Promise<Told['snapshot']> {
  const [snapshot] = await sql.query<{ recordedAt: Date; digest: string }>(
    `SELECT recorded_at AS "recordedAt", encode(digest, 'hex') AS digest FROM snapshot WHERE source = $1 AND seq = $2`,
    [source, seq],
  );
  return snapshot === undefined ? null : { seq, ...snapshot };
}

/** The recipient's message of this snapshot, if nobody has begun to send it; locked, so that nobody begins. */
async function untried(
  tx: Tx,
  source: string,
  seq: number,
  { channel, recipient }: Recipient,
): Promise<Waiting | undefined> {
  const [waiting] = await tx.query<Waiting>(
    `SELECT o.id::text, o.message_id AS "messageId",
            (SELECT array_agg(a.no) FROM outbox_alert a WHERE a.source = o.source AND a.id = o.id) AS nos
       FROM outbox o
      WHERE o.source = $1 AND o.seq = $2 AND o.channel = $3 AND lower(o.recipient) = lower($4)
        AND o.state = 'pending' AND o.epoch = 0 AND o.blanked_at IS NULL
      ORDER BY o.id DESC LIMIT 1 FOR UPDATE SKIP LOCKED`,
    [source, seq, channel, recipient],
  );
  return waiting;
}

async function put(tx: Tx, draft: Draft, told: Told, all: SnapshotAlerts): Promise<void> {
  const { source, seq, share, nos, waiting, routing } = draft;
  const message = messageOf(told);
  // never derived from what is told: it has to be the same for every attempt, and nobody else's
  const messageId = waiting?.messageId ?? `<${randomUUID()}@${routing.idDomain}>`;
  const { subject, content } = rendered(share, messageId, told, message);
  const id = waiting?.id ?? (await insert(tx, { source, seq, share, messageId, message, subject, content }));
  if (waiting !== undefined) {
    await tx.execute(
      `UPDATE outbox SET severity = $3, subject = $4, content = $5 WHERE source = $1 AND id = $2`,
      [source, id, message.severity, subject, JSON.stringify(content)],
    );
  }
  const about = all.stored.filter(({ no }) => nos.includes(no)).flatMap(identitiesIn);
  await tx.execute(
    `INSERT INTO outbox_alert (source, id, no) SELECT $1, $2, unnest($3::int[]) ON CONFLICT DO NOTHING`,
    [source, id, nos],
  );
  await tx.execute(
    `INSERT INTO outbox_about (source, id, identity_id) SELECT $1, $2, unnest($3::bigint[]) ON CONFLICT DO NOTHING`,
    [source, id, [...new Set(about)]],
  );
}

interface Row extends Pick<Draft, 'source' | 'seq' | 'share'> {
  readonly messageId: string;
  readonly message: Message;
  readonly subject: string;
  readonly content: Content;
}

async function insert(tx: Tx, row: Row): Promise<string> {
  const { source, seq, share, messageId, message, subject, content } = row;
  const [made] = await tx.query<{ id: string }>(
    `INSERT INTO outbox (source, seq, channel, recipient, message_id, severity, subject, content, due_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp() + $9 * interval '1 millisecond') RETURNING id::text`,
    [
      ...[source, seq, share.channel, share.recipient, messageId, message.severity, subject],
      ...[JSON.stringify(content), GROUPING_MS],
    ],
  );
  if (made === undefined) throw new Error('INSERT INTO outbox gave no id');
  return made.id;
}

function rendered(
  { channel }: Recipient,
  messageId: string,
  told: Told,
  message: Message,
): { subject: string; content: Content } {
  const { subject, text, html } = renderMail(message);
  return {
    subject,
    content: channel === 'mail' ? { text, html } : { body: hookBody(messageId, told, message) },
  };
}
