import type { Sql } from '../platform/tx.js';
import type { Severity } from '../rules/verdicts.js';
import type { Outcome } from './delivery/back-off.js';
import { type MessageKind, MESSAGE_STATES, type MessageState } from './message-states.js';

export interface AttemptView {
  readonly no: number;
  readonly beganAt: string;
  readonly endedAt: string;
  readonly outcome: Outcome;
  readonly said: string;
}

/** A message and everything that was tried to deliver it. A field that does not apply is absent. */
export interface MessageView {
  readonly id: string;
  /** `*` for what concerns several. */
  readonly source: string;
  readonly seq: number;
  readonly kind: MessageKind;
  /** Of an escalation, from 1. */
  readonly step?: number;
  /** Of one that was collected: the id of the digest that tells it. */
  readonly toldBy?: string;
  readonly channel: 'mail' | 'hook';
  readonly recipient: string;
  readonly severity: Severity;
  /** Absent once somebody it names was erased. */
  readonly subject?: string;
  readonly state: MessageState;
  readonly why?: string;
  readonly messageId: string;
  readonly createdAt: string;
  /** When it is tried next, or no longer waits. */
  readonly dueAt?: string;
  readonly endedAt?: string;
  /** Ids of the alerts that it tells. */
  readonly alerts: readonly string[];
  readonly attempts: readonly AttemptView[];
}

export interface MessageFilter {
  readonly source?: string | undefined;
  readonly state?: string | undefined;
  /** Only the newest so many. */
  readonly limit: number;
  /** Only those with a lower id. */
  readonly before?: number | undefined;
}

export interface OutboxView {
  readonly messages: readonly MessageView[];
  /** How many messages there are in each state. */
  readonly counts: Readonly<Record<MessageState, number>>;
  /** Alerts that no route led to anybody. */
  readonly untold: number;
}

interface Row extends Omit<
  MessageView,
  'subject' | 'why' | 'createdAt' | 'dueAt' | 'endedAt' | 'step' | 'toldBy'
> {
  readonly step: number | null;
  readonly toldBy: string | null;
  readonly subject: string | null;
  readonly why: string | null;
  readonly createdAt: Date;
  readonly dueAt: Date;
  readonly endedAt: Date | null;
}

const MESSAGES = `
  SELECT o.id::text, o.source, o.seq, o.kind, o.step, o.told_by::text AS "toldBy", o.channel, o.recipient, o.severity, o.subject, o.state, o.why, o.message_id AS "messageId",
         o.created_at AS "createdAt", o.due_at AS "dueAt", o.ended_at AS "endedAt",
         (SELECT coalesce(jsonb_agg(o.seq || '.' || a.no ORDER BY a.no), '[]') FROM outbox_alert a
           WHERE a.source = o.source AND a.id = o.id) AS alerts,
         (SELECT coalesce(jsonb_agg(jsonb_build_object('no', t.no, 'beganAt', t.began_at, 'endedAt', t.ended_at,
                                                       'outcome', t.outcome, 'said', t.said) ORDER BY t.no), '[]')
            FROM outbox_attempt t WHERE t.source = o.source AND t.id = o.id) AS attempts
    FROM outbox o
   WHERE ($1::text IS NULL OR o.source = $1) AND ($2::text IS NULL OR o.state = $2)
     AND ($4::bigint IS NULL OR o.id < $4)
   ORDER BY o.id DESC LIMIT $3`;

const COUNTS = `
  SELECT ${MESSAGE_STATES.map((state) => `count(*) FILTER (WHERE state = '${state}')::int AS ${state}`).join(', ')},
         (SELECT count(*)::int FROM alert a
           WHERE ($1::text IS NULL OR a.source = $1)
             AND NOT EXISTS (SELECT FROM outbox_alert t JOIN outbox m ON m.source = t.source AND m.id = t.id
                              WHERE t.source = a.source AND t.no = a.no AND m.seq = a.seq AND m.state <> 'withdrawn')) AS untold
    FROM outbox WHERE $1::text IS NULL OR source = $1`;

/** What was sent, to whom and when, and what is stuck; the newest first. */
export async function messagesOf(sql: Sql, filter: MessageFilter): Promise<OutboxView> {
  const { source, state, limit, before } = filter;
  const rows = await sql.query<Row>(MESSAGES, [source ?? null, state ?? null, limit, before ?? null]);
  const [counted] = await sql.query<OutboxView['counts'] & { readonly untold: number }>(COUNTS, [
    source ?? null,
  ]);
  if (counted === undefined) throw new Error('an aggregate always gives a row');
  const { untold, ...counts } = counted;
  return { messages: rows.map(viewOf), counts, untold };
}

function viewOf({
  subject,
  why,
  step,
  toldBy,
  createdAt,
  dueAt,
  endedAt,
  attempts,
  ...row
}: Row): MessageView {
  return {
    ...row,
    ...(subject !== null && { subject }),
    ...(why !== null && { why }),
    ...(step !== null && { step }),
    ...(toldBy !== null && { toldBy }),
    createdAt: createdAt.toISOString(),
    ...((row.state === 'pending' || row.state === 'waiting') && { dueAt: dueAt.toISOString() }),
    ...(endedAt && { endedAt: endedAt.toISOString() }),
    attempts: attempts.map((attempt) => ({
      ...attempt,
      beganAt: new Date(attempt.beganAt).toISOString(),
      endedAt: new Date(attempt.endedAt).toISOString(),
    })),
  };
}
