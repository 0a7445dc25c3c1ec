import { appendAction } from '../../accounts/action-log.store.js';
import type { Database } from '../../platform/database.js';
import { RolewatchError } from '../../platform/errors.js';
import { isGone, thisProcess } from '../../platform/this-process.js';
import type { Tx } from '../../platform/tx.js';
import { EVERY_SOURCE } from '../../snapshots/legal-holds.view.js';
import { RETENTION_KINDS, type RetentionKind } from '../../snapshots/retention-kinds.js';
import type { Kept } from './retention-config.js';

/** The right to work at a run of retention, until its epoch is no longer the run's. */
export interface RetentionClaim {
  /** `*`: what belongs to no source. */
  readonly source: string;
  readonly id: number;
  readonly epoch: number;
}

/** How long a claim holds. Every batch renews it. */
const LEASE_MS = 2 * 60_000;
/** Nights begin an hour after midnight, UTC. */
const TONIGHT = `(clock_timestamp() at time zone 'UTC' - interval '1 hour')::date`;
const LEASE = `clock_timestamp() + $2 * interval '1 millisecond'`;

/** Runs of retention: one of each source a night, whoever does it; every batch is a transaction with its count. */
export class RetentionRunStore {
  constructor(
    private readonly db: Database,
    private readonly leaseMs = LEASE_MS,
  ) {}

  /** A run that somebody left, or one of tonight that nobody has begun; null: nothing to do. */
  async claimNext(): Promise<RetentionClaim | null> {
    const params = [thisProcess(), this.leaseMs];
    const [left] = await this.db.query<RetentionClaim>(
      `update retention_run r set epoch = r.epoch + 1, holder = $1, lease_until = ${LEASE}
         from (select source, id from retention_run where ended_at is null and lease_until < clock_timestamp()
                order by source limit 1 for update skip locked) l
        where r.source = l.source and r.id = l.id returning r.source, r.id, r.epoch`,
      params,
    );
    if (left !== undefined) return left;
    // whoever is second meets the key of the night, or of the run that is open
    const [begun] = await this.db.query<RetentionClaim>(
      `insert into retention_run (source, night, holder, lease_until)
       select name, ${TONIGHT}, $1, ${LEASE} from (select name from source union select '${EVERY_SOURCE}') s
        where not exists (select from retention_run r where r.source = s.name and (r.night = ${TONIGHT} or r.ended_at is null))
        order by name limit 1
           on conflict do nothing returning source, id, epoch`,
      params,
    );
    return begun ?? null;
  }

  /** A run of its own, or what is left of one whose process is gone. @throws RolewatchError source-busy */
  async claimNow(source: string): Promise<RetentionClaim> {
    return this.db.transaction(async (tx) => {
      const [open] = await tx.query<{ id: number; holder: string; until: Date; expired: boolean }>(
        `select id, holder, lease_until as until, lease_until < clock_timestamp() as expired from retention_run
          where source = $1 and ended_at is null for update`,
        [source],
      );
      if (open !== undefined && !open.expired && !isGone(open.holder))
        throw new RolewatchError(
          'source-busy',
          `retention of ${source} is at work, at least until ${open.until.toISOString()}`,
        );
      const [claim] =
        open === undefined
          ? await tx.query<RetentionClaim>(
              `insert into retention_run (source, holder, lease_until) values ($3, $1, ${LEASE}) returning source, id, epoch`,
              [thisProcess(), this.leaseMs, source],
            )
          : await tx.query<RetentionClaim>(
              `update retention_run set epoch = epoch + 1, holder = $1, lease_until = ${LEASE}
                where source = $3 and id = $4 returning source, id, epoch`,
              [thisProcess(), this.leaseMs, source, open.id],
            );
      if (claim === undefined) throw new Error('the run to claim is locked, and cannot be gone');
      return claim;
    });
  }

  /** Writes down how long things are kept, where that is new; it counts a week later. */
  async state({ source }: RetentionClaim, kept: Kept, actor: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const stated = await tx.query<{ kind: RetentionKind; days: number | null }>(
        'select distinct on (kind) kind, days from retention_policy where source = $1 order by kind, id desc',
        [source],
      );
      const before = new Map(stated.map(({ kind, days }) => [kind, days]));
      const changed = RETENTION_KINDS.filter((kind) => (before.get(kind) ?? null) !== kept[kind]);
      if (changed.length === 0) return;
      for (const kind of changed)
        await tx.execute('insert into retention_policy (source, kind, days, actor) values ($1, $2, $3, $4)', [
          source,
          kind,
          kept[kind],
          actor,
        ]);
      const days = Object.fromEntries(changed.map((kind) => [kind, kept[kind]]));
      const about = source === EVERY_SOURCE ? {} : { source };
      await appendAction(tx, { actor, action: 'retention-stated', ...about, detail: { days } });
    });
  }

  /** Moves a horizon on where it is time. @returns whether it moved */
  async moveHorizon(claim: RetentionClaim, kind: RetentionKind): Promise<boolean> {
    return this.within(claim, async (tx) => {
      const was = await one<number>(tx, 'select horizon_of($1, $2) as value', [claim.source, kind]);
      const is = await one<number>(tx, 'select move_horizon($1, $2) as value', [claim.source, kind]);
      if (kind === 'versions')
        await tx.execute(
          `update retention_run set horizon_before = coalesce(horizon_before, $3), horizon_after = $4 where source = $1 and id = $2`,
          [claim.source, claim.id, was, is],
        );
      return is !== was;
    });
  }

  /** One batch, and its count, or neither. @returns how many rows; null: not now */
  async removeSome(claim: RetentionClaim, table: string, atMost: number): Promise<number | null> {
    return this.within(claim, async (tx) => {
      const removed = await removal(tx, claim.source, table, atMost);
      if (removed !== null && removed > 0)
        await tx.execute(
          `update retention_run set removed = removed || jsonb_build_object($3::text, coalesce((removed ->> $3)::bigint, 0) + $4::bigint)
            where source = $1 and id = $2`,
          [claim.source, claim.id, table, removed],
        );
      return removed;
    });
  }

  /** Ends a run; what it removed is told to the log of actions, too, whose rows nobody can alter. */
  async end(
    claim: RetentionClaim,
    outcome: { readonly why?: string; readonly error?: string },
    actor: string,
  ): Promise<void> {
    await this.within(claim, async (tx) => {
      const [run] = await tx.query<{ removed: Readonly<Record<string, number>>; horizon: number | null }>(
        `update retention_run set ended_at = clock_timestamp(), why = $3, error = $4 where source = $1 and id = $2
          returning removed, horizon_after as horizon`,
        [claim.source, claim.id, outcome.why ?? null, outcome.error ?? null],
      );
      if (run === undefined || Object.keys(run.removed).length === 0) return;
      const about = claim.source === EVERY_SOURCE ? {} : { source: claim.source };
      const detail = {
        run: claim.id,
        removed: run.removed,
        ...(run.horizon !== null && { horizon: run.horizon }),
      };
      await appendAction(tx, { actor, action: 'retention', ...about, detail });
    });
  }

  /** Leaves a run to whoever comes next. */
  async handBack({ source, id, epoch }: RetentionClaim): Promise<void> {
    await this.db.query(
      `update retention_run set lease_until = clock_timestamp() - interval '1 millisecond'
        where source = $1 and id = $2 and epoch = $3 and ended_at is null`,
      [source, id, epoch],
    );
  }

  /** @throws RolewatchError fenced */
  private async within<T>(claim: RetentionClaim, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.db.transaction(async (tx) => {
      const held = await tx.execute(
        `update retention_run set lease_until = ${LEASE} where source = $1 and id = $3 and epoch = $4 and ended_at is null`,
        [claim.source, this.leaseMs, claim.id, claim.epoch],
      );
      if (held === 0)
        throw new RolewatchError('fenced', `this run of retention of ${claim.source} was taken over`);
      return work(tx);
    });
  }
}

/** Staging is no evidence: what a process left behind more than a day ago may go. */
const LEFT_BEHIND = (table: string): string => `
  delete from ${table} where ctid = any (array(
    select t.ctid from ${table} t
     where not exists (select from run r where r.id = t.run_id and r.started_at > clock_timestamp() - interval '1 day')
       and not exists (select from slot s where s.run_id = t.run_id and s.state = 'leased' and s.lease_until > clock_timestamp())
     limit $1))`;

async function removal(tx: Tx, source: string, table: string, atMost: number): Promise<number | null> {
  if (table.startsWith('stage_')) return tx.execute(LEFT_BEHIND(table), [atMost]);
  if (table === 'action_log') return one<number>(tx, 'select delete_past_actions($1) as value', [atMost]);
  if (source === EVERY_SOURCE)
    return one<number>(tx, 'select delete_past_store($1, $2) as value', [table, atMost]);
  const params = [source, table, atMost];
  return one<number>(tx, 'select delete_past_retention($1, $2, $3) as value', params);
}

async function one<T>(tx: Tx, text: string, params: readonly unknown[]): Promise<T | null> {
  const [row] = await tx.query<{ value: T | null }>(text, params);
  return row?.value ?? null;
}
