import { randomUUID } from 'node:crypto';
import type { Schedule } from '../platform/slots.js';
import type { Sql, Tx } from '../platform/tx.js';
import { isAtLeast } from './alert.js';
import { type AlertView, identitiesIn, type StoredAlert } from './alert-view.js';
import { snapshotAlerts, type SnapshotAlerts } from './alerts.view.js';
import type { AlertRouting } from './alert-routing.js';
import type { Content } from './delivery/channel.js';
import { slotAfter } from './digest-slot.js';
import { hookBody } from './message/hook.js';
import { renderMail } from './message/mail.js';
import { type Message, messageOf, type Told } from './message/message.js';
import { slackBody } from './message/slack.js';
import { escalationsOf, type Recipient, type Routable, type Share, sharesOf } from './route.js';
import { snapshotFacts } from './snapshot-facts.view.js';
import { rolesOfSubjects } from './subject-roles.view.js';

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
 * snapshot has not been sent yet grows instead: one message for each run and recipient, and for each time it leaves.
 */
export async function enqueue(tx: Tx, { source, seq, nos }: NewAlerts, routing: AlertRouting): Promise<void> {
  const all = await snapshotAlerts(tx, source, seq);
  const isNew = new Set(nos);
  const fresh = all.stored.filter(({ no }) => isNew.has(no));
  const routable = await withRoles(tx, source, seq, fresh, all, routing);
  const shares = [...sharesOf(routing, source, routable), ...escalationsOf(routing.escalation, routable)];
  if (shares.length === 0) return;
  const snapshot = await snapshotFacts(tx, source, seq);
  for (const share of shares) {
    const place = await placeOf(tx, share);
    const waiting = await untried(tx, source, seq, place);
    const told = [...new Set([...(waiting?.nos ?? []), ...share.nos])];
    const draft: Draft = { source, seq, place, nos: told, waiting, routing };
    const alerts = viewsOf(all, told);
    await put(tx, draft, { source, snapshot, alerts, further: furtherOf(routing, alerts) }, all);
  }
}

/** What somebody holds costs a look, and few sites ask. */
async function withRoles(
  tx: Tx,
  source: string,
  seq: number,
  fresh: readonly StoredAlert[],
  { stored, views }: SnapshotAlerts,
  { routes }: AlertRouting,
): Promise<readonly Routable[]> {
  if (!routes.some(({ roles }) => roles)) return fresh;
  const isNew = new Set(fresh);
  const alerts = stored.flatMap((alert, i) => {
    const view = views[i];
    return view !== undefined && isNew.has(alert) ? [{ stored: alert, view }] : [];
  });
  const roles = await rolesOfSubjects(tx, source, seq, alerts);
  return fresh.map((alert) => ({ ...alert, roles: roles.get(alert.no) ?? [] }));
}

/** Where a message stands in the outbox until it leaves. */
interface Place extends Recipient {
  readonly kind: 'alerts' | 'escalation';
  readonly state: 'pending' | 'waiting';
  readonly dueAt: Date;
  readonly schedule: Schedule | null;
  readonly step: number | null;
}

async function placeOf(sql: Sql, { channel, recipient, leaving }: Share): Promise<Place> {
  const [clock] = await sql.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  if (clock === undefined) throw new Error('no answer');
  const place = { channel, recipient, kind: 'alerts', state: 'waiting', schedule: null, step: null } as const;
  switch (leaving.when) {
    case 'at-once':
      return { ...place, state: 'pending', dueAt: new Date(clock.now.getTime() + GROUPING_MS) };
    case 'digest':
      return { ...place, schedule: leaving.schedule, dueAt: slotAfter(leaving.schedule, clock.now) };
    case 'unacknowledged': {
      const dueAt = new Date(clock.now.getTime() + leaving.afterMs);
      return { ...place, kind: 'escalation', step: leaving.step, dueAt };
    }
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
  readonly place: Place;
  readonly nos: readonly number[];
  readonly waiting: Waiting | undefined;
  readonly routing: AlertRouting;
}

function viewsOf({ stored, views }: SnapshotAlerts, nos: readonly number[]): Told['alerts'] {
  const told = new Set(nos);
  return views.filter((_, i) => told.has(stored[i]?.no ?? 0));
}

/**
 * The recipient's message of this snapshot that leaves at the same time, if nobody has begun to send it; locked, so
 * that nobody begins. One that is about to be escalated is left alone: nobody has had time to acknowledge the new alert.
 */
async function untried(
  tx: Tx,
  source: string,
  seq: number,
  { channel, recipient, kind, state, dueAt, schedule, step }: Place,
): Promise<Waiting | undefined> {
  const [waiting] = await tx.query<Waiting>(
    `SELECT o.id::text, o.message_id AS "messageId",
            (SELECT array_agg(a.no) FROM outbox_alert a WHERE a.source = o.source AND a.id = o.id) AS nos
       FROM outbox o
      WHERE o.source = $1 AND o.seq = $2 AND o.channel = $3 AND lower(o.recipient) = lower($4)
        AND o.kind = $5 AND o.state = $6 AND o.epoch = 0 AND o.blanked_at IS NULL
        AND o.schedule IS NOT DISTINCT FROM $7::jsonb AND o.step IS NOT DISTINCT FROM $8::int
        AND (o.state = 'pending' OR o.due_at BETWEEN $9::timestamptz - interval '1 minute' AND $9)
      ORDER BY o.id DESC LIMIT 1 FOR UPDATE SKIP LOCKED`,
    [source, seq, channel, recipient, kind, state, schedule && JSON.stringify(schedule), step, dueAt],
  );
  return waiting;
}

async function put(tx: Tx, draft: Draft, told: Told, all: SnapshotAlerts): Promise<void> {
  const { source, seq, place, nos, waiting, routing } = draft;
  const message = messageOf(told);
  // never derived from what is told: it has to be the same for every attempt, and nobody else's
  const messageId = waiting?.messageId ?? newMessageId(routing);
  const { subject, content } = rendered(place, message, {
    routing,
    json: () => hookBody(messageId, told, message),
  });
  const id =
    waiting?.id ?? (await insertMessage(tx, { source, seq, ...place, messageId, message, subject, content }));
  if (waiting !== undefined) {
    await tx.execute(
      `UPDATE outbox SET severity = $3, subject = $4, content = $5 WHERE source = $1 AND id = $2`,
      [source, id, message.severity, subject, JSON.stringify(content)],
    );
  }
  const isTold = new Set(nos);
  const about = all.stored.filter(({ no }) => isTold.has(no)).flatMap(identitiesIn);
  await tx.execute(
    `INSERT INTO outbox_alert (source, id, no) SELECT $1, $2, unnest($3::int[]) ON CONFLICT DO NOTHING`,
    [source, id, nos],
  );
  await tx.execute(
    `INSERT INTO outbox_about (source, id, identity_id) SELECT $1, $2, unnest($3::bigint[]) ON CONFLICT DO NOTHING`,
    [source, id, [...new Set(about)]],
  );
}

export const newMessageId = ({ idDomain }: AlertRouting): string => `<${randomUUID()}@${idDomain}>`;

export interface NewMessage extends Recipient {
  /** SEVERAL for what concerns more than one. */
  readonly source: string;
  readonly seq: number;
  readonly kind: 'alerts' | 'digest' | 'escalation' | 'all-quiet';
  readonly state: 'pending' | 'waiting';
  /** Null: now. */
  readonly dueAt: Date | null;
  readonly schedule?: Schedule | null;
  readonly step?: number | null;
  readonly slot?: Date;
  readonly messageId: string;
  readonly message: Pick<Message, 'severity'>;
  readonly subject: string;
  readonly content: Content;
}

/** @returns its id */
export async function insertMessage(tx: Tx, row: NewMessage): Promise<string> {
  const { source, seq, channel, recipient, messageId, message, subject, content } = row;
  const [made] = await tx.query<{ id: string }>(
    `INSERT INTO outbox (source, seq, channel, recipient, message_id, severity, subject, content, kind, state, due_at, schedule, step, slot)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, coalesce($11, clock_timestamp()), $12, $13, $14) RETURNING id::text`,
    [
      ...[source, seq, channel, recipient, messageId, message.severity, subject, JSON.stringify(content)],
      ...[row.kind, row.state, row.dueAt, row.schedule ? JSON.stringify(row.schedule) : null],
      ...[row.step ?? null, row.slot ?? null],
    ],
  );
  if (made === undefined) throw new Error('INSERT INTO outbox gave no id');
  return made.id;
}

/** A message in the form in which its recipient takes it. */
export function rendered(
  { channel, recipient }: Recipient,
  message: Message,
  { routing, json }: { readonly routing: AlertRouting; readonly json: () => string },
): { subject: string; content: Content } {
  const { subject, text, html } = renderMail(message);
  if (channel === 'mail') return { subject, content: { text, html } };
  const body = routing.forms?.get(recipient) === 'slack' ? slackBody(message, subject) : json();
  return { subject, content: { body } };
}

/** What the reader should know of going further, while somebody may still stop it. */
export function furtherOf({ escalation }: AlertRouting, alerts: readonly AlertView[]): Told['further'] {
  const [first] = escalation?.steps ?? [];
  const ids = alerts
    .filter(({ severity }) => escalation && isAtLeast(severity, escalation.severity))
    .map(({ id }) => id);
  return first === undefined || ids.length === 0 ? undefined : { ids, minutes: first.afterMinutes };
}
