/** What was to be told has arrived, and not too often. */
import type { Database } from '../../../src/platform/database.js';
import type { Post } from './post.js';

const TOLD_TWICE = `
  SELECT format('%s: told %s times after snapshot %s: %s %s', source, count(*), seq, kind, body) AS words
    FROM alert GROUP BY source, seq, kind, body HAVING count(*) > 1`;
const IN_NO_MESSAGE = `
  SELECT format('alert %s of snapshot %s of %s is in no message', no, seq, source) AS words FROM alert a
   WHERE severity IN ('high', 'critical') AND NOT EXISTS (
     SELECT FROM outbox_alert o JOIN outbox m ON m.source = o.source AND m.id = o.id
      WHERE m.source = a.source AND m.seq = a.seq AND o.no = a.no)`;
/** Only an attempt at the end of the 24 hours, or after it, may give a message up. */
const TRIED_OUT = `
  SELECT message_id AS id, state, why, unconfirmed,
         EXISTS (SELECT FROM outbox_attempt a WHERE a.source = m.source AND a.id = m.id
                    AND a.began_at >= m.tried_since + interval '24 hours') AS tried_out
    FROM outbox m`;
const DUPLICATES = 3;

interface Message {
  readonly id: string;
  readonly state: string;
  readonly why: string | null;
  readonly unconfirmed: number;
  readonly tried_out: boolean;
}

export async function wrongDeliveries(db: Database, { arrived }: Post): Promise<string[]> {
  const words = await Promise.all([TOLD_TWICE, IN_NO_MESSAGE].map((sql) => db.query<{ words: string }>(sql)));
  const messages = await db.query<Message>(TRIED_OUT);
  return [
    ...words.flat().map((row) => row.words),
    ...messages.flatMap((message) => wrongDelivery(message, arrived.get(message.id) ?? 0)),
  ];
}

function wrongDelivery(
  { id, state, why, unconfirmed, tried_out: triedOut }: Message,
  times: number,
): string[] {
  if (times === 0 && state === 'dead' && triedOut) return [];
  if (times === 0) return [`the message ${id} never arrived: ${state} ${String(why)}`];
  if (state !== 'sent' && state !== 'dead') return [`the message ${id} is still ${state}`];
  return times > 1 + Math.min(unconfirmed, DUPLICATES) ? [`the message ${id} arrived ${times} times`] : [];
}
