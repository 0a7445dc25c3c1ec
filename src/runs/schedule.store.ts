import type { Database } from '../platform/database.js';
import type { Sql, Statements, Tx } from '../platform/tx.js';
import {
  type CatchUp,
  catchUp,
  type Ending,
  type OpenSlot,
  type SeenSlot,
  type Situation,
} from './catch-up.js';
import type { Schedule } from '../platform/slots.js';
import { pausesOver } from './pause.store.js';
import { endAttempts } from './run.store.js';

/** A source as far as the clock is concerned. */
export interface ScheduledSource {
  readonly name: string;
  readonly kind: string;
  /** null: it is read only when a person asks. */
  readonly schedule: Schedule | null;
}

/**
 * How long a slot of a source that is not configured here waits for a process that knows it,
 * so that processes with different configurations do not end each other's slots.
 */
const UNCONFIGURED_GRACE = `interval '1 hour'`;
const UNCONFIGURED = `'the source is no longer configured'`;

/** Sees slots before they are due, and gives each that passed unread its state. */
export class ScheduleStore {
  private readonly db: Statements;

  constructor(db: Pick<Database, 'quick'>) {
    this.db = db.quick;
  }

  /**
   * Makes the sources known to the database; those that are keep what they have. They are looked for first, since
   * ON CONFLICT alone locks the row it finds, and so waits for as long as that source is being published.
   */
  async register(sources: readonly Pick<ScheduledSource, 'name' | 'kind'>[]): Promise<void> {
    await this.db.query(
      `INSERT INTO source (name, kind)
       SELECT * FROM unnest($1::text[], $2::text[]) AS configured EXCEPT SELECT name, kind FROM source
       ON CONFLICT (name) DO UPDATE SET kind = excluded.kind WHERE source.kind <> excluded.kind`,
      [sources.map((source) => source.name), sources.map((source) => source.kind)],
    );
  }

  /**
   * Brings the slots of one registered source up to date. Mostly there is nothing to do, which costs reading only;
   * else it is decided again under a lock of the source, or left to whoever holds it.
   */
  async seeSlots(source: ScheduledSource): Promise<CatchUp> {
    const planned = await this.plan(this.db, source);
    if (isEmpty(planned)) return planned;
    return this.db.transaction(async (tx) => {
      const free = await tx.query('SELECT name FROM source WHERE name = $1 FOR UPDATE SKIP LOCKED', [
        source.name,
      ]);
      if (free.length === 0) return NOTHING;
      // Slots locked by a publication stay out of it: to wait for them could be to wait for each other.
      await tx.query(`SELECT due_at FROM slot WHERE ${OPEN} FOR UPDATE SKIP LOCKED`, [source.name]);
      const decided = await this.plan(tx, source);
      await write(tx, source.name, decided);
      return decided;
    });
  }

  /** Ends passed slots of sources that no configuration names any more. */
  async endUnconfigured(configured: readonly string[]): Promise<void> {
    await this.db.query(
      `WITH ended AS (
         UPDATE slot SET state = CASE state WHEN 'due' THEN 'missed' ELSE 'failed' END, lease_until = NULL,
                why = ${UNCONFIGURED}, ended_at = clock_timestamp()
          WHERE state IN ('due', 'leased') AND due_at < clock_timestamp() - ${UNCONFIGURED_GRACE}
            AND (lease_until IS NULL OR lease_until < clock_timestamp() - ${UNCONFIGURED_GRACE})
            AND source <> ALL($1)
         RETURNING source, due_at
       )
       UPDATE run SET outcome = 'fenced', why = 'its process stopped before publishing', ended_at = clock_timestamp()
         FROM ended WHERE run.source = ended.source AND run.due_at = ended.due_at AND run.ended_at IS NULL`,
      [configured],
    );
  }

  private async plan(sql: Sql, source: ScheduledSource): Promise<CatchUp> {
    const situation = await load(sql, source.name);
    return situation === null ? NOTHING : catchUp(source.schedule, situation);
  }
}

const NOTHING: CatchUp = { ended: [], missed: [], due: [] };

function isEmpty({ ended, missed, due }: CatchUp): boolean {
  return ended.length + missed.length + due.length === 0;
}

/** Come, not ended, and nobody reads it. */
const OPEN = `source = $1 AND due_at <= clock_timestamp() AND state IN ('due', 'leased')
  AND (lease_until IS NULL OR lease_until < clock_timestamp())`;

interface SlotRow {
  due_at: Date;
  created_at: Date;
  trigger: 'schedule' | 'manual';
  state: string;
  open: boolean;
  left_out: boolean;
}

async function load(sql: Sql, source: string): Promise<Situation | null> {
  const [row] = await sql.query<{ now: Date; paused_at: Date | null; paused_why: string | null }>(
    `SELECT date_trunc('milliseconds', clock_timestamp()) AS now, paused_at, paused_why FROM source WHERE name = $1`,
    [source],
  );
  if (row === undefined) return null;
  // The slots ahead, the open ones and the latest passed one: few rows, each found by index.
  const slots = await sql.query<SlotRow>(
    `WITH latest AS (SELECT due_at FROM slot WHERE source = $1 AND trigger = 'schedule' AND due_at <= $2 ORDER BY due_at DESC LIMIT 1)
     SELECT due_at, created_at, trigger, state, (${OPEN}) AS open, coalesce(why = ${UNCONFIGURED}, false) AS left_out FROM slot
      WHERE source = $1 AND (due_at > $2 OR due_at = (SELECT due_at FROM latest))
      UNION
     SELECT due_at, created_at, trigger, state, true, false FROM slot WHERE ${OPEN}
      ORDER BY due_at`,
    [source, row.now],
  );
  const lastSeen = slots.filter((slot) => slot.trigger === 'schedule').reduce(seenLater, null);
  // mostly the next slot is seen, and none is open: then it does not matter what was when
  const hasPassed = slots.some((slot) => slot.open) || (lastSeen !== null && lastSeen.dueAt <= row.now);
  return {
    now: row.now,
    open: slots.filter((slot) => slot.open && slot.due_at <= row.now).map(openSlot),
    lastSeen,
    seen: slots.map(seenSlot),
    paused: row.paused_at === null ? null : { at: row.paused_at, why: row.paused_why ?? 'no reason given' },
    pausesOver: hasPassed ? await pausesOver(sql, source, slots[0]?.due_at ?? row.now) : [],
  };
}

function openSlot({ due_at: dueAt, trigger, state }: SlotRow): OpenSlot {
  return { dueAt, trigger, state: state === 'due' ? 'due' : 'abandoned' };
}

function seenSlot({ due_at: dueAt, created_at: createdAt, left_out: leftOut }: SlotRow): SeenSlot {
  return { dueAt, createdAt, leftOut };
}

/** Slots of one transaction are equally old: of those the later one, and the rows come in that order. */
function seenLater(last: SeenSlot | null, row: SlotRow): SeenSlot {
  return last !== null && last.createdAt > row.created_at ? last : seenSlot(row);
}

async function write(tx: Tx, source: string, { ended, missed, due }: CatchUp): Promise<void> {
  for (const state of ['missed', 'failed'] as const) {
    const these = ended.filter((ending) => ending.state === state);
    await tx.query(
      `UPDATE slot SET state = $4, why = ending.why, lease_until = NULL, ended_at = clock_timestamp()
         FROM unnest($2::timestamptz[], $3::text[]) AS ending (due_at, why)
        WHERE slot.source = $1 AND slot.due_at = ending.due_at AND slot.state IN ('due', 'leased')`,
      [source, dates(these), these.map((ending) => ending.why), state],
    );
  }
  await endAttempts(tx, source, dates(ended));
  await tx.query(
    `INSERT INTO slot (source, due_at, trigger, state, why, ended_at)
     SELECT $1, gap.due_at, 'schedule', 'missed', gap.why, clock_timestamp()
       FROM unnest($2::timestamptz[], $3::text[]) AS gap (due_at, why) ON CONFLICT DO NOTHING`,
    [source, dates(missed), missed.map((ending) => ending.why)],
  );
  await tx.query(
    `INSERT INTO slot (source, due_at, trigger) SELECT $1, due_at, 'schedule' FROM unnest($2::timestamptz[]) AS due_at
     ON CONFLICT DO NOTHING`,
    [source, due],
  );
}

function dates(endings: readonly Ending[]): Date[] {
  return endings.map((ending) => ending.dueAt);
}
