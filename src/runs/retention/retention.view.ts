import type { Sql } from '../../platform/tx.js';
import { type Horizon, horizonsOf } from '../../snapshots/horizon.view.js';
import { EVERY_SOURCE, holdsInForce, type LegalHold, legalHolds } from '../../snapshots/legal-holds.view.js';
import { knownSources } from '../../snapshots/known-source.view.js';
import { RETENTION_KINDS, type RetentionKind } from '../../snapshots/retention-kinds.js';
import { keptOf, type RetentionConfig } from './retention-config.js';
import { KIND_OF, OF_A_SOURCE, STORE_KIND_OF } from './tables.js';

/** One run, as its log has it. */
export interface RetentionRunView {
  readonly source: string;
  readonly id: number;
  /** Absent: somebody asked for it. */
  readonly night?: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  /** The oldest snapshot kept, before and after; absent: all were. */
  readonly horizonBefore?: number;
  readonly horizonAfter?: number;
  /** Rows that went, by table. */
  readonly removed: Readonly<Record<string, number>>;
  readonly why?: string;
  readonly error?: string;
}

interface RunRow {
  readonly source: string;
  readonly id: number;
  readonly night: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly horizonBefore: number | null;
  readonly horizonAfter: number | null;
  readonly removed: Readonly<Record<string, number>>;
  readonly why: string | null;
  readonly error: string | null;
}

/** What retention has runs of: one source, or every one and what belongs to none. */
export async function retained(sql: Sql, source?: string): Promise<string[]> {
  if (source !== undefined) return [source];
  return [...(await knownSources(sql)).map(({ name }) => name), EVERY_SOURCE];
}

/** The newest first. @param sources undefined: every source, and what belongs to none */
export async function retentionRuns(
  sql: Sql,
  sources: readonly string[] | undefined,
  last: number,
): Promise<RetentionRunView[]> {
  const rows = await sql.query<RunRow>(
    `select source, id, night::text as night, started_at as "startedAt", ended_at as "endedAt",
            horizon_before as "horizonBefore", horizon_after as "horizonAfter", removed, why, error
       from retention_run where $1::text[] is null or source = any ($1) order by started_at desc, retention_run.id desc limit $2`,
    [sources ?? null, last],
  );
  return rows.map(({ night, startedAt, endedAt, horizonBefore, horizonAfter, why, error, ...row }) => ({
    ...row,
    startedAt: startedAt.toISOString(),
    ...(night !== null && { night }),
    ...(endedAt !== null && { endedAt: endedAt.toISOString() }),
    ...(horizonBefore !== null && { horizonBefore }),
    ...(horizonAfter !== null && { horizonAfter }),
    ...(why !== null && { why }),
    ...(error !== null && { error }),
  }));
}

/** What is kept of a source, or (`*`) of what belongs to none, and what the next run would delete. */
export interface RetentionOutlook {
  readonly source: string;
  readonly kinds: readonly KindOutlook[];
  readonly held: readonly { readonly reason: string; readonly actor: string; readonly since: string }[];
  /** Rows that would go, by table. */
  readonly next: Readonly<Record<string, number>>;
}

export interface KindOutlook {
  readonly kind: RetentionKind;
  /** Days, as configured; null: for ever. */
  readonly configured: number | null;
  /** Days, as counted today: what was stated shorter counts a week later. */
  readonly inForce: number | null;
  /** The oldest snapshot that is kept, and the one that would be after the next run; null: all are. */
  readonly horizon: number | null;
  readonly next: number | null;
  /** Of what belongs to no source: what ended before is gone; absent: all of it is kept. */
  readonly since?: string;
}

export async function retentionOutlook(
  sql: Sql,
  source: string,
  config: RetentionConfig,
): Promise<RetentionOutlook> {
  if (source === EVERY_SOURCE) return storeOutlook(sql, config);
  const horizons = await horizonsOf(sql, source);
  const kept = keptOf(config, source);
  const kinds: KindOutlook[] = [];
  for (const kind of RETENTION_KINDS) {
    const [due] = await sql.query<{ days: number | null; next: number | null }>(
      'select retention_days($1, $2) as days, horizon_due($1, $2) as next',
      [source, kind],
    );
    kinds.push({
      kind,
      configured: kept[kind],
      inForce: due?.days ?? null,
      horizon: seqOf(horizons, kind),
      next: due?.next ?? null,
    });
  }
  const held = heldView(await holdsInForce(sql, source));
  return { source, kinds, held, next: held.length > 0 ? {} : await rowsDue(sql, source, kinds) };
}

const heldView = (holds: readonly LegalHold[]): RetentionOutlook['held'] =>
  holds.map(({ reason, actor, since }) => ({ reason, actor, since: since.toISOString() }));

/** Digests, the daily word, and the logs of all sources. Any hold, on whatever source, keeps all of them. */
async function storeOutlook(sql: Sql, config: RetentionConfig): Promise<RetentionOutlook> {
  const kept = keptOf(config, EVERY_SOURCE);
  const kinds: KindOutlook[] = [];
  const next: Record<string, number> = {};
  for (const [table, kind] of Object.entries(STORE_KIND_OF)) {
    const [due] = await sql.query<{ days: number | null; since: Date | null; rows: number }>(
      `select store_days($1) as days, (select max(before) from store_horizon where kind = $2) as since,
              (select count(*)::int from past_store($1, store_before($1), null)) as rows`,
      [table, kind],
    );
    if (due === undefined) throw new Error('no answer');
    const { days, since, rows } = due;
    const reach = { inForce: days, horizon: null, next: null, ...(since && { since: since.toISOString() }) };
    kinds.push({ kind, configured: kept[kind], ...reach });
    if (rows > 0) next[table] = rows;
  }
  const actions = await one<number>(
    sql,
    'select count(*)::int as value from action_log where id <= action_log_due()',
  );
  if (actions > 0) next['action_log'] = actions;
  const held = heldView((await legalHolds(sql)).filter(({ releasedAt }) => releasedAt === null));
  return { source: EVERY_SOURCE, kinds, held, next };
}

async function one<T>(sql: Sql, text: string): Promise<T> {
  const [row] = await sql.query<{ value: T }>(text);
  if (row === undefined) throw new Error('an aggregate always gives a row');
  return row.value;
}

async function rowsDue(
  sql: Sql,
  source: string,
  kinds: readonly KindOutlook[],
): Promise<Record<string, number>> {
  const counted: Record<string, number> = {};
  for (const table of OF_A_SOURCE) {
    const horizon = kinds.find(({ kind }) => kind === (KIND_OF[table] ?? 'versions'))?.next ?? null;
    if (horizon === null) continue;
    const [row] = await sql.query<{ rows: number }>(
      'select count(*)::int as rows from past_retention($1, $2, $3, null)',
      [source, table, horizon],
    );
    if (row !== undefined && row.rows > 0) counted[table] = row.rows;
  }
  return counted;
}

const seqOf = (horizons: readonly Horizon[], kind: RetentionKind): number | null =>
  horizons.find((horizon) => horizon.kind === kind)?.seq ?? null;
