/** What a drift report says, before it is HTML, Markdown or CSV. Pure. */
import type { RiskTier } from '../../access/model.js';
import { isHighRisk } from '../../access/risk.js';
import { groupBy } from '../../drift/collect.js';
import { bySubject, type SubjectChanges, type TierOf } from '../../drift/drift-words.js';
import type { DriftReport } from '../../drift/report.js';
import { unwatchedWords } from '../../drift/unwatched.js';
import { commandWord } from '../../platform/visible.js';
import type { AccessRow } from '../../snapshots/access-rows.js';
import type { CoverageSlot } from '../../snapshots/coverage.view.js';
import type { ObservationView } from '../../snapshots/observation.js';

/** A finding that began or ended in the period, in words. */
export interface ReportedFinding {
  readonly severity: RiskTier;
  readonly title: string;
  readonly subject: string;
  /** What it says, and how it ended. */
  readonly text: string;
}

export interface ReportFacts {
  readonly drift: DriftReport;
  readonly tierOf: TierOf;
  /** Who could do what in either state. */
  readonly before: readonly AccessRow[];
  readonly after: readonly AccessRow[];
  /** How the later state was obtained. */
  readonly observations: readonly ObservationView[];
  /** The slots of the period, oldest first. */
  readonly slots: readonly CoverageSlot[];
  readonly opened: readonly ReportedFinding[];
  readonly closed: readonly ReportedFinding[];
  readonly notVisible: string;
  readonly simulated: boolean;
}

export interface ReportSubject extends SubjectChanges {
  /** What it could do in the earlier and the later state; absent where its rights did not change. */
  readonly rights?: { readonly before: readonly string[]; readonly after: readonly string[] };
}

export interface Attention {
  readonly tier: RiskTier | undefined;
  readonly title: string;
  readonly text: string;
}

export interface Coverage {
  readonly published: number;
  readonly failed: number;
  readonly missed: number;
  /** Each moment that gave no snapshot, and why. */
  readonly gaps: readonly string[];
}

export interface ReportModel extends Pick<
  ReportFacts,
  'opened' | 'closed' | 'observations' | 'notVisible' | 'simulated'
> {
  readonly drift: DriftReport;
  readonly attention: readonly Attention[];
  readonly subjects: readonly ReportSubject[];
  /** What the later state holds back or could not see whole, and what to do. */
  readonly doubts: readonly string[];
  readonly coverage: Coverage;
}

export function reportModel(facts: ReportFacts): ReportModel {
  const { drift, observations, notVisible, simulated } = facts;
  const [opened, closed] = [alike(facts.opened), alike(facts.closed)];
  const [before, after] = [byPrincipal(facts.before), byPrincipal(facts.after)];
  const subjects = bySubject(drift, facts.tierOf).map((subject) => withRights(subject, before, after));
  const doubts = [
    ...(drift.unwatched ?? []).map(unwatchedWords),
    ...observations.flatMap((observation) => doubtsOf(drift.source, observation)),
  ];
  const coverage = coverageOf(facts.slots);
  return {
    drift,
    attention: attentionOf(subjects, opened, doubts, coverage),
    subjects,
    doubts,
    coverage,
    opened,
    closed,
    observations,
    notVisible,
    simulated,
  };
}

/** Findings that say the same of several subjects are one line. */
function alike(findings: readonly ReportedFinding[]): ReportedFinding[] {
  const groups = groupBy(findings, ({ severity, title, text }) => JSON.stringify([severity, title, text]));
  return [...groups.values()].map((same) => ({
    ...same[0],
    subject: same.map(({ subject }) => subject).join(', '),
  }));
}

type RowsOf = ReadonlyMap<string, readonly AccessRow[]>;

const placeOf = (kind: string, key: string | undefined): string => JSON.stringify([kind, key]);

function byPrincipal(rows: readonly AccessRow[]): RowsOf {
  return groupBy(rows, ({ principal }) => placeOf(principal.kind, principal.key));
}

function withRights(subject: SubjectChanges, before: RowsOf, after: RowsOf): ReportSubject {
  const { kind, key } = subject.subject;
  const of = (rows: RowsOf): string[] =>
    key === undefined ? [] : rightsInWords(rows.get(placeOf(kind, key)) ?? []);
  const rights = { before: of(before), after: of(after) };
  return rights.before.join('\n') === rights.after.join('\n') ? subject : { ...subject, rights };
}

/** One line for each role and path, with the places where it is held. */
function rightsInWords(rows: readonly AccessRow[]): string[] {
  const places = new Map<string, Set<string>>();
  for (const { role, permission, scope, path, latent } of rows) {
    const right = role === undefined ? permission : (role.name ?? `role ${role.id}`);
    const what = [right, ...(path === 'direct' ? [] : [path]), ...(latent ? ['latent'] : [])].join(', ');
    places.set(what, (places.get(what) ?? new Set()).add(scope.name ?? scope.key));
  }
  return [...places].map(([what, where]) => `${what}: ${[...where].sort().join(', ')}`).sort();
}

function doubtsOf(
  source: string,
  { stream, scope, verdict, why, held, unconfirmed }: ObservationView,
): string[] {
  const list = scope === undefined ? stream : `${stream} of ${scope}`;
  return [
    ...(held > 0
      ? [
          `${list}: ${String(held)} closings are held (${why ?? 'too many to be believed'}). If they are real: rolewatch accept-shrink ${source} --stream ${stream} --scope ${commandWord(scope ?? 'all')} --expect ${String(held)} --reason "…"`,
        ]
      : []),
    ...(verdict === 'complete'
      ? []
      : [`${list}: ${verdict}, ${why ?? 'no reason given'}. What is missing from it is unknown, not gone`]),
    ...(unconfirmed > 0 ? [`${list}: ${String(unconfirmed)} missing from one of two reads; kept`] : []),
  ];
}

function coverageOf(slots: readonly CoverageSlot[]): Coverage {
  const count = (state: CoverageSlot['state']): number => slots.filter((slot) => slot.state === state).length;
  return {
    published: count('published'),
    failed: count('failed'),
    missed: count('missed'),
    gaps: slots
      .filter(({ state }) => state === 'failed' || state === 'missed')
      .map(({ dueAt, state, why }) => `${dueAt} ${state}: ${why ?? ''}`),
  };
}

/** What a reader with two minutes must know: the worst rights first, then what is not known. */
function attentionOf(
  subjects: readonly ReportSubject[],
  opened: readonly ReportedFinding[],
  doubts: readonly string[],
  { failed, missed }: Coverage,
): Attention[] {
  const risky = subjects.flatMap(({ title, changes }) =>
    changes
      .filter(({ tier }) => tier !== undefined && isHighRisk(tier))
      .map(({ tier, text }) => ({ tier, title, text })),
  );
  const findings = opened
    .filter(({ severity }) => isHighRisk(severity))
    .map(({ severity, title, subject }) => ({
      tier: severity,
      title: subject,
      text: `new finding: ${title}`,
    }));
  const gaps = failed + missed;
  return [
    ...risky,
    ...findings,
    ...doubts.map((text) => ({ tier: undefined, title: 'Not known', text })),
    ...(gaps > 0
      ? [
          {
            tier: undefined,
            title: 'Coverage',
            text: `${String(gaps)} of the moments at which the source was due gave no snapshot`,
          },
        ]
      : []),
  ].sort((a, b) => rank(a) - rank(b));
}

const rank = ({ tier }: Attention): number => (tier === 'critical' ? 0 : tier === undefined ? 2 : 1);
