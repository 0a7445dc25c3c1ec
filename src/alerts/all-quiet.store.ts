import type { Database } from '../platform/database.js';
import { slotsPassed } from '../platform/slots.js';
import type { Sql } from '../platform/tx.js';
import type { AlertRouting } from './alert-routing.js';
import { allQuietOf } from './all-quiet.js';
import { quietMessages, quietSources, type Period } from './all-quiet.view.js';
import { allQuietMessage } from './message/all-quiet-message.js';
import { allQuietJson } from './message/hook.js';
import { insertMessage, newMessageId, rendered } from './outbox.store.js';
import { type Recipient, recipientsOf } from './route.js';
import { SEVERAL } from './several.js';
import type { AllQuietConfig } from './telling-config.js';

const DAY_MS = 24 * 3_600_000;

/**
 * Writes the daily word to whoever has not been given it for the latest slot. It is late where nobody was there in time;
 * of several slots that passed so, one word is enough.
 */
export async function tellQuiet(
  db: Database,
  sources: readonly string[],
  config: AllQuietConfig | null | undefined,
  routing: AlertRouting,
): Promise<void> {
  if (!config) return;
  const [clock] = await db.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  if (clock === undefined) throw new Error('no answer');
  const long = new Date(clock.now.getTime() - 3 * DAY_MS);
  const [before, slot] = slotsPassed(config.schedule, long, clock.now, 2).slots;
  if (before === undefined || slot === undefined) return;
  for (const to of recipientsOf(config)) {
    if (await isTold(db, to, slot)) continue;
    await db.transaction(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('all quiet for ' || $1, 0))`, [
        to.recipient.toLowerCase(),
      ]);
      if (await isTold(tx, to, slot)) return;
      const period = { since: await lastTold(tx, to, before), until: clock.now };
      await write(tx, to, { slot, period, sources, routing });
    });
  }
}

async function write(
  tx: Parameters<typeof insertMessage>[0],
  to: Recipient,
  {
    slot,
    period,
    sources,
    routing,
  }: {
    readonly slot: Date;
    readonly period: Period;
    readonly sources: readonly string[];
    readonly routing: AlertRouting;
  },
): Promise<void> {
  const quiet = allQuietOf({
    ...period,
    sources: await quietSources(tx, sources, period),
    messages: await quietMessages(tx, period),
  });
  const message = allQuietMessage(quiet);
  const messageId = newMessageId(routing);
  const { subject, content } = rendered(to, message, {
    routing,
    json: () => allQuietJson(messageId, quiet, message),
  });
  const row = {
    ...to,
    source: SEVERAL,
    seq: 0,
    kind: 'all-quiet',
    state: 'pending',
    dueAt: null,
    slot,
  } as const;
  await insertMessage(tx, { ...row, messageId, message, subject, content });
}

async function isTold(sql: Sql, { channel, recipient }: Recipient, slot: Date): Promise<boolean> {
  const told = await sql.query(
    `SELECT FROM outbox WHERE kind = 'all-quiet' AND channel = $1 AND lower(recipient) = lower($2) AND slot >= $3 LIMIT 1`,
    [channel, recipient, slot],
  );
  return told.length > 0;
}

/** Where the last word ended; the slot before where there was none yet. */
async function lastTold(sql: Sql, { channel, recipient }: Recipient, before: Date): Promise<Date> {
  const [last] = await sql.query<{ at: Date | null }>(
    `SELECT max(created_at) AS at FROM outbox WHERE kind = 'all-quiet' AND channel = $1 AND lower(recipient) = lower($2)`,
    [channel, recipient],
  );
  return last?.at ?? before;
}
