import type { Database } from '../../platform/database.js';
import { thisProcess } from '../../platform/this-process.js';
import type { Statements, Tx } from '../../platform/tx.js';
import { type Delivery, settle, type Settlement, TRIED_FOR } from './back-off.js';
import type { Channel, Outgoing } from './channel.js';

/** A message that this process may send, until `epoch` is no longer the message's. */
export interface Claimed extends Outgoing {
  readonly id: string;
  readonly epoch: number;
  readonly claimedAt: Date;
  /** SHA-256 of the content, as hex. */
  readonly digest: string;
}

export interface ClaimOptions {
  /** Take new messages, which wait for company, so much before they are due. One that was tried keeps its pause. */
  readonly aheadMs: number;
}

/** Longer than any attempt may take: a message is taken over only from who is gone. */
const LEASE_MS = 5 * 60_000;

const STOPPED = 'the process that sent it stopped before it could say how that ended';
const UNTRIED = 'nobody tried it within 24 hours: no process here is configured for its channel';
const ERASED = 'somebody it tells of was erased before it was sent';

/** Takes messages from the outbox and records what became of them, on the database's clock. */
export class DeliveryStore {
  private readonly db: Statements;

  constructor(
    db: Pick<Database, 'quick'>,
    private readonly leaseMs = LEASE_MS,
  ) {
    this.db = db.quick;
  }

  /** The worst and oldest message that is due on a channel, claimed; null if there is none. */
  async claim({ kind, recipient }: Channel, { aheadMs }: ClaimOptions): Promise<Claimed | null> {
    const [claimed] = await this.db.query<Claimed>(
      `WITH due AS (
         SELECT source, id FROM outbox
          WHERE state = 'pending' AND channel = $1 AND ($2::text IS NULL OR recipient = $2)
            AND due_at <= clock_timestamp() + CASE WHEN epoch = 0 THEN $3::float8 ELSE 0 END * interval '1 millisecond'
          ORDER BY array_position(ARRAY['critical', 'high', 'medium', 'low'], severity), due_at, id
          LIMIT 1 FOR UPDATE SKIP LOCKED
       )
       UPDATE outbox o SET state = 'sending', epoch = o.epoch + 1, holder = $4,
              lease_until = clock_timestamp() + $5 * interval '1 millisecond'
         FROM due WHERE o.source = due.source AND o.id = due.id
       RETURNING o.source, o.id::text, o.epoch, o.recipient, o.message_id AS "messageId", o.severity, o.subject, o.content,
                 o.created_at AS "createdAt", clock_timestamp() AS "claimedAt",
                 encode(sha256(convert_to(o.content::text, 'UTF8')), 'hex') AS digest`,
      [kind, recipient, aheadMs, thisProcess(), this.leaseMs],
    );
    return claimed ?? null;
  }

  /** Records how an attempt ended. @returns what became of the message */
  async record(claimed: Claimed, delivery: Delivery, random: number): Promise<Settlement['state']> {
    return this.db.transaction((tx) => recorded(tx, claimed, delivery, random));
  }

  /**
   * Ends what others left behind: messages whose sender is gone, which may have been sent, and those that nobody could
   * try in time. What goes by a channel of ours is not given up untried, however long nobody was there.
   */
  async endAbandoned(ours: readonly Channel[], random: () => number): Promise<void> {
    await this.db.transaction(async (tx) => {
      const lapsed = await tx.query<Attempted>(
        `SELECT source, id::text, epoch, coalesce(lease_until, now()) AS "claimedAt", NULL AS digest FROM outbox
          WHERE state = 'sending' AND lease_until < clock_timestamp() FOR UPDATE SKIP LOCKED`,
      );
      for (const message of lapsed)
        await recorded(tx, message, { outcome: 'unconfirmed', said: STOPPED }, random());
      await tx.execute(
        `UPDATE outbox SET state = 'dead', why = coalesce(why, $1), ended_at = clock_timestamp()
          WHERE (source, id) IN (
            SELECT source, id FROM outbox
             WHERE state = 'pending' AND tried_since < clock_timestamp() - ($2 + 3600000) * interval '1 millisecond'
               AND NOT EXISTS (SELECT FROM unnest($3::text[], $4::text[]) AS ours (kind, recipient)
                                WHERE ours.kind = outbox.channel AND coalesce(ours.recipient, outbox.recipient) = outbox.recipient)
             FOR UPDATE SKIP LOCKED)`,
        [UNTRIED, TRIED_FOR, ours.map(({ kind }) => kind), ours.map(({ recipient }) => recipient)],
      );
    });
  }

  /** A person's word to try a dead message again, for another 24 hours. @returns whether there was one */
  async revive(tx: Tx, id: string): Promise<{ readonly source: string; readonly recipient: string } | null> {
    const [revived] = await tx.query<{ source: string; recipient: string }>(
      `UPDATE outbox SET state = 'pending', why = NULL, ended_at = NULL, tried_since = clock_timestamp(), due_at = clock_timestamp()
        WHERE id = $1 AND state = 'dead' AND blanked_at IS NULL RETURNING source, recipient`,
      [id],
    );
    return revived ?? null;
  }
}

type Attempted = Pick<Claimed, 'source' | 'id' | 'epoch' | 'claimedAt'> & { readonly digest: string | null };

interface Stands {
  readonly epoch: number;
  readonly state: string;
  readonly blanked: boolean;
  readonly attempts: number;
  readonly unconfirmed: number;
  readonly ageMs: number;
}

/** An attempt that was abandoned ended with its lease, however late that is noticed. */
async function recorded(
  tx: Tx,
  attempt: Attempted,
  delivery: Delivery,
  random: number,
): Promise<Settlement['state']> {
  const { source, id, epoch } = attempt;
  const [stands] = await tx.query<Stands>(
    `SELECT epoch, state, blanked_at IS NOT NULL AS blanked, attempts, unconfirmed,
            (extract(epoch FROM least(lease_until, clock_timestamp()) - tried_since) * 1000)::float8 AS "ageMs"
       FROM outbox WHERE source = $1 AND id = $2 FOR UPDATE`,
    [source, id],
  );
  if (stands === undefined) throw new Error(`message ${id} is not there`);
  await addAttempt(tx, attempt, delivery);
  const settlement = ending(settle(stands, delivery, random), stands);
  // who was taken over decides nothing any more, unless the message has arrived: then nobody needs to send it again
  const mine = stands.state === 'sending' && stands.epoch === epoch;
  if (stands.state === 'sent' || (!mine && settlement.state !== 'sent')) return settlement.state;
  await tx.execute(
    `UPDATE outbox SET state = $3, why = $4, attempts = attempts + 1, unconfirmed = unconfirmed + $5, lease_until = NULL,
            due_at = CASE WHEN $3 = 'pending' THEN clock_timestamp() + $6 * interval '1 millisecond' ELSE due_at END,
            ended_at = CASE WHEN $3 = 'pending' THEN NULL ELSE clock_timestamp() END
      WHERE source = $1 AND id = $2`,
    [
      ...[source, id, settlement.state, 'why' in settlement ? settlement.why : null],
      ...[delivery.outcome === 'unconfirmed' ? 1 : 0, 'pauseMs' in settlement ? settlement.pauseMs : 0],
    ],
  );
  return settlement.state;
}

/** There is nothing left to send of a message that was blanked meanwhile. */
function ending(settlement: Settlement, { blanked }: Stands): Settlement {
  return blanked && settlement.state === 'pending' ? { state: 'dead', why: ERASED } : settlement;
}

async function addAttempt(tx: Tx, attempt: Attempted, { outcome, said }: Delivery): Promise<void> {
  const { source, id, claimedAt, digest } = attempt;
  await tx.execute(
    `INSERT INTO outbox_attempt (source, id, no, holder, began_at, outcome, said, digest)
     SELECT $1, $2, coalesce(max(no), 0) + 1, $3, $4, $5, $6, decode($7, 'hex')
       FROM outbox_attempt WHERE source = $1 AND id = $2`,
    [source, id, thisProcess(), claimedAt, outcome, said, digest],
  );
}
