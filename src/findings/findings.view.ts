import { type Name, namesOf } from '../drift/names.view.js';
import type { Sql } from '../platform/tx.js';
import type { Because, Severity, ViolationSubject } from '../rules/verdicts.js';
import { catalogueAt } from '../snapshots/catalogue.view.js';
import { firstKept } from '../snapshots/horizon.view.js';
import { knownSource } from '../snapshots/known-source.view.js';
import { scopeNamesAt } from '../snapshots/scope-names.view.js';
import { productOf } from '../sources/source-config.js';
import type { AppliedWaiver, EventKind, EventWhy, FindingState } from './finding.js';

/** Somebody or something by its name; what is erased has neither key nor name. */
export interface NamedOne {
  readonly id: string;
  readonly key?: string;
  readonly name?: string;
  readonly erased?: true;
}

/** Why a rule is broken, with names. */
export interface NamedBecause extends Omit<Because, 'principal' | 'role' | 'scope' | 'through'> {
  readonly principal?: NamedOne;
  readonly role?: NamedOne;
  readonly scope?: NamedOne;
  readonly through?: NamedOne & { readonly kind: 'group' | 'unit' };
}

/** A finding as it stood at the moment asked for. */
export interface FindingView {
  readonly source: string;
  readonly product: string;
  readonly id: number;
  /** By which text it was judged last. */
  readonly rule: { readonly id: string; readonly version?: string; readonly digest?: string };
  readonly subject: NamedOne & { readonly kind: ViolationSubject['kind'] };
  readonly fields: Readonly<Record<string, string>>;
  readonly state: FindingState;
  readonly severity: Severity;
  readonly message: string;
  readonly because: readonly NamedBecause[];
  readonly matched: readonly string[];
  /** SHA-256 of what is matched, hex: its beginning is what a waiver `accepts`. */
  readonly fingerprint: string;
  readonly openedAt: string;
  /** Of the event that brought it into this state or explained it anew. */
  readonly since: string;
  readonly why?: EventWhy;
  readonly waiver?: AppliedWaiver;
}

/** One step in the life of a finding. */
export interface FindingEventView {
  readonly no: number;
  readonly at: string;
  readonly kind: EventKind;
  readonly state: FindingState;
  readonly severity: Severity;
  readonly message: string;
  readonly because: readonly NamedBecause[];
  readonly fingerprint: string;
  readonly why?: EventWhy;
  readonly waiver?: AppliedWaiver;
  /** A person's doing, and reason. */
  readonly actor?: string;
  readonly reason?: string;
  /** Absent where a person did it. */
  readonly judgement?: {
    readonly id: number;
    readonly seq: number;
    readonly snapshotDigest: string;
    readonly rulesetDigest: string;
    readonly ruleVersion?: string;
    readonly ruleDigest?: string;
  };
}

interface EventRow {
  readonly id: number;
  readonly rule: string;
  readonly subjectKind: ViolationSubject['kind'];
  readonly subjectId: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly openedAt: Date;
  readonly no: number;
  readonly kind: EventKind;
  readonly state: FindingState;
  readonly severity: Severity;
  readonly message: string;
  readonly because: readonly Because[];
  readonly matched: readonly string[];
  readonly fingerprint: string;
  readonly why: EventWhy | null;
  readonly waiver: AppliedWaiver | null;
  readonly actor: string | null;
  readonly reason: string | null;
  readonly at: Date;
  readonly judgement: number | null;
  readonly seq: number | null;
  readonly snapshotDigest: string | null;
  readonly rulesetDigest: string | null;
  readonly ruleVersion: string | null;
  readonly ruleDigest: string | null;
}

/** An event `e` of a finding `f`; a person's doing stands on the judgement before it. */
const EVENT = `
  select f.id, f.rule, f.subject_kind as "subjectKind", f.subject_id as "subjectId", f.fields, first.recorded_at as "openedAt",
         e.no, e.kind, e.state, e.severity, e.message, e.because, e.matched, e.matched_digest as fingerprint, e.why, e.waiver,
         e.actor, e.reason, e.recorded_at as at, e.judgement, j.seq, encode(j.snapshot_digest, 'hex') as "snapshotDigest",
         j.ruleset_digest as "rulesetDigest", a.rule_version as "ruleVersion", a.rule_digest as "ruleDigest"
    from finding f
    join finding_event first on first.source = f.source and first.finding = f.id and first.no = 1
    join finding_event e on e.source = f.source and e.finding = f.id
    left join lateral (select max(b.judgement) as id from finding_event b
                        where b.source = e.source and b.finding = e.finding and b.no <= e.no) last on true
    left join judgement j on j.source = e.source and j.id = last.id
    left join assessment a on a.source = e.source and a.judgement = j.id and a.rule = f.rule`;

/**
 * The findings of a source, each as it stood.
 * @param at not what happened after this moment; by default everything
 */
export async function findingsOf(
  sql: Sql,
  source: string,
  { at = null }: { readonly at?: Date | null } = {},
): Promise<FindingView[]> {
  const rows = await sql.query<EventRow>(
    `${EVENT}
      where f.source = $1
        and e.no = (select max(no) from finding_event l
                     where l.source = f.source and l.finding = f.id
                       and ($2::timestamptz is null or date_trunc('milliseconds', l.recorded_at) <= $2))
      order by f.id`,
    [source, at],
  );
  const names = await Names.of(sql, source, rows);
  const product = productOf((await knownSource(sql, source)).kind);
  return rows.map((row) => ({ source, product, ...findingView(row, names) }));
}

/** The whole life of a finding, from its first event; empty where there is none of that number. */
export async function findingHistory(sql: Sql, source: string, id: number): Promise<FindingEventView[]> {
  const rows = await sql.query<EventRow>(`${EVENT} where f.source = $1 and f.id = $2 order by e.no`, [
    source,
    id,
  ]);
  const names = await Names.of(sql, source, rows);
  return rows.map((row) => eventView(row, names));
}

function findingView(row: EventRow, names: Names): Omit<FindingView, 'source' | 'product'> {
  const { id, fields, state, severity, message, matched, fingerprint, openedAt, at, why, waiver } = row;
  return {
    id,
    rule: { id: row.rule, ...ruleText(row, 'version', 'digest') },
    subject: { kind: row.subjectKind, ...names.subject(row.subjectKind, row.subjectId) },
    ...{ fields, state, severity, message },
    because: row.because.map((one) => names.because(one)),
    ...{ matched, fingerprint },
    openedAt: openedAt.toISOString(),
    since: at.toISOString(),
    ...(why !== null && { why }),
    ...(waiver !== null && { waiver }),
  };
}

function eventView(row: EventRow, names: Names): FindingEventView {
  const { no, at, kind, state, severity, message, fingerprint, why, waiver, actor, reason } = row;
  const { judgement, seq, snapshotDigest, rulesetDigest } = row;
  const judged = judgement !== null && seq !== null && snapshotDigest !== null && rulesetDigest !== null;
  return {
    ...{ no, at: at.toISOString(), kind, state, severity, message },
    because: row.because.map((one) => names.because(one)),
    fingerprint,
    ...(why !== null && { why }),
    ...(waiver !== null && { waiver }),
    ...(actor !== null && { actor }),
    ...(reason !== null && { reason }),
    ...(judged && {
      judgement: {
        id: judgement,
        seq,
        snapshotDigest,
        rulesetDigest,
        ...ruleText(row, 'ruleVersion', 'ruleDigest'),
      },
    }),
  };
}

/** Absent where the rule was no longer there. */
function ruleText<V extends string, D extends string>(
  { ruleVersion, ruleDigest }: EventRow,
  version: V,
  digest: D,
): Partial<Record<V | D, string>> {
  if (ruleVersion === null || ruleDigest === null) return {};
  return Object.fromEntries([
    [version, ruleVersion],
    [digest, ruleDigest],
  ]) as Partial<Record<V | D, string>>;
}

/** The names of everything that events name by id, as of the latest judged snapshot among them, or the oldest that is kept. */
class Names {
  private constructor(
    private readonly identities: ReadonlyMap<string, Name>,
    private readonly roles: ReadonlyMap<string, string>,
    private readonly scopes: ReadonlyMap<string, string>,
    private readonly units: ReadonlySet<string>,
  ) {}

  static async of(sql: Sql, source: string, rows: readonly EventRow[]): Promise<Names> {
    const judged = rows.reduce((latest, row) => Math.max(latest, row.seq ?? 0), 0);
    const seq = Math.max(judged, await firstKept(sql, source));
    const people = rows.flatMap((row) => (row.subjectKind === 'principal' ? [row.subjectId] : []));
    const through = rows.flatMap((row) => row.because.flatMap((one) => one.through ?? []));
    const holders = rows.flatMap((row) => row.because.flatMap((one) => one.principal ?? []));
    const catalogue = await catalogueAt(sql, source, seq);
    return new Names(
      await namesOf(sql, source, seq, [...new Set([...people, ...through, ...holders])]),
      new Map(
        catalogue.flatMap(({ role, description }) => (description === null ? [] : [[role, description]])),
      ),
      await scopeNamesAt(sql, source, seq),
      await unitsAmong(sql, source, through),
    );
  }

  subject(kind: ViolationSubject['kind'], id: string): NamedOne {
    if (kind === 'principal') return this.identity(id);
    return kind === 'role' ? named(id, this.roles.get(id)) : { id };
  }

  because({ principal, role, scope, through, ...rest }: Because): NamedBecause {
    return {
      ...rest,
      ...(principal !== undefined && { principal: this.identity(principal) }),
      ...(role !== undefined && { role: named(role, this.roles.get(role)) }),
      ...(scope !== undefined && { scope: named(scope, this.scopes.get(scope)) }),
      ...(through !== undefined && {
        through: { kind: this.units.has(through) ? 'unit' : 'group', ...this.identity(through) },
      }),
    };
  }

  private identity(id: string): NamedOne {
    const found = this.identities.get(id);
    return {
      id,
      ...(found?.key != null && { key: found.key }),
      ...(found?.name != null && { name: found.name }),
      ...(found?.erased && { erased: true }),
    };
  }
}

function named(id: string, name: string | undefined): NamedOne {
  return { id, ...(name !== undefined && { name }) };
}

async function unitsAmong(sql: Sql, source: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await sql.query<{ id: string }>(
    `select distinct identity_id::text as id from record
      where source = $1 and identity_id = any ($2) and body ->> 'type' = 'OU'`,
    [source, [...new Set(ids)]],
  );
  return new Set(rows.map(({ id }) => id));
}
