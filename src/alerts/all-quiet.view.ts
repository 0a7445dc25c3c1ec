import type { Sql } from '../platform/tx.js';
import type { Severity } from '../rules/verdicts.js';
import type { Gap, QuietMessages, QuietSource } from './all-quiet.js';
import { SEVERITIES } from './alert.js';
import { safeText } from './message/safe-text.js';

type Counts = Readonly<Record<Severity, number>>;

interface Row extends Pick<QuietSource, 'source' | 'slots' | 'lastFailure' | 'doubts' | 'judgedSeq'> {
  readonly seq: number | null;
  readonly recordedAt: Date | null;
  readonly pausedAt: Date | null;
  readonly pausedWhy: string | null;
  readonly findings: Partial<Counts>;
  readonly alerts: Partial<Counts>;
  readonly gaps: readonly (Omit<Gap, 'since'> & { readonly since: string })[];
}

/** Since when a rule could not be assessed for this reason: the judging after the last that was otherwise. */
const RULE_SINCE = `
  SELECT f.recorded_at FROM judgement f
   WHERE f.source = a.source AND f.id > coalesce(
         (SELECT b.id FROM judgement b
           WHERE b.source = a.source AND b.id < a.judgement
             AND NOT EXISTS (SELECT FROM assessment o WHERE o.source = b.source AND o.judgement = b.id AND o.rule = a.rule
                                AND (o.error IS NOT NULL OR o.unassessable > 0)
                                AND o.error IS NOT DISTINCT FROM a.error AND o.why IS NOT DISTINCT FROM a.why)
           ORDER BY b.id DESC LIMIT 1), 0)
   ORDER BY f.id LIMIT 1`;

/** The same of a list that is not shown. */
const LIST_SINCE = `
  SELECT f.recorded_at FROM snapshot f
   WHERE f.source = l.source AND f.seq > coalesce(
         (SELECT b.seq FROM snapshot b
           WHERE b.source = l.source AND b.seq < l.seq
             AND NOT EXISTS (SELECT FROM observation o WHERE o.source = b.source AND o.seq = b.seq AND o.stream = l.stream
                                AND o.scope = l.scope AND o.verdict = l.verdict AND o.why IS NOT DISTINCT FROM l.why)
           ORDER BY b.seq DESC LIMIT 1), 0)
   ORDER BY f.seq LIMIT 1`;

/** What the source itself refuses to show, and nothing is held of: it stays so until somebody changes that there. */
const REFUSED = `verdict IN ('denied', 'masked') AND held = 0`;

const SOURCES = `
  SELECT c.name AS source, n.seq, n.recorded_at AS "recordedAt", s.paused_at AS "pausedAt", s.paused_why AS "pausedWhy",
         (SELECT jsonb_build_object('published', count(*) FILTER (WHERE state = 'published'),
                                    'failed', count(*) FILTER (WHERE state = 'failed'),
                                    'missed', count(*) FILTER (WHERE state = 'missed'))
            FROM slot WHERE source = c.name AND due_at > $2 AND due_at <= $3) AS slots,
         (SELECT CASE WHEN state <> 'published' THEN state || ': ' || coalesce(why, 'no reason given') END FROM slot
           WHERE source = c.name AND ended_at IS NOT NULL ORDER BY ended_at DESC, due_at DESC LIMIT 1) AS "lastFailure",
         (SELECT coalesce(jsonb_agg(stream || CASE scope WHEN '' THEN '' ELSE ' in ' || scope END || ': '
                    || CASE WHEN held > 0 THEN held || ' held back' ELSE 'read as ' || verdict END
                    || coalesce(', ' || why, '') ORDER BY stream, scope), '[]')
            FROM observation WHERE source = c.name AND seq = n.seq AND (verdict <> 'complete' OR held > 0) AND NOT (${REFUSED})) AS doubts,
         j.seq AS "judgedSeq",
         (SELECT coalesce(jsonb_agg(gap ORDER BY gap ->> 'kind', gap ->> 'name'), '[]') FROM (
            SELECT jsonb_build_object('kind', 'rule', 'name', a.rule, 'why', coalesce('it failed: ' || a.error, a.why, 'no reason given'),
                                      'since', (${RULE_SINCE})) AS gap
              FROM assessment a WHERE a.source = c.name AND a.judgement = j.id AND (a.error IS NOT NULL OR a.unassessable > 0)
             UNION ALL
            SELECT jsonb_build_object('kind', 'list', 'name', l.stream || CASE l.scope WHEN '' THEN '' ELSE ' in ' || l.scope END,
                                      'why', l.verdict || coalesce(', ' || l.why, ''), 'since', (${LIST_SINCE}))
              FROM observation l WHERE l.source = c.name AND l.seq = n.seq AND ${REFUSED}) known) AS gaps,
         (SELECT coalesce(jsonb_object_agg(severity, count), '{}') FROM (
            SELECT severity, count(*) FROM (SELECT DISTINCT ON (finding) state, severity FROM finding_event
                                             WHERE source = c.name ORDER BY finding, no DESC) latest
             WHERE state IN ('open', 'reopened', 'acknowledged') GROUP BY severity) counted) AS findings,
         (SELECT coalesce(jsonb_object_agg(severity, count), '{}') FROM (
            SELECT severity, count(*) FROM alert WHERE source = c.name AND recorded_at > $2 AND recorded_at <= $3 GROUP BY severity) counted) AS alerts
    FROM unnest($1::text[]) AS c (name)
    LEFT JOIN source s ON s.name = c.name
    LEFT JOIN snapshot n ON n.source = s.name AND n.seq = s.last_seq
    LEFT JOIN LATERAL (SELECT id, seq FROM judgement WHERE source = c.name ORDER BY id DESC LIMIT 1) j ON true
   ORDER BY c.name COLLATE "C"`;

/** How the configured sources stand, and what came of them in a time. */
export async function quietSources(
  sql: Sql,
  sources: readonly string[],
  { since, until }: Period,
): Promise<QuietSource[]> {
  const rows = await sql.query<Row>(SOURCES, [sources, since, until]);
  return rows.map(
    ({ seq, recordedAt, pausedAt, pausedWhy, findings, alerts, doubts, gaps, lastFailure, ...row }) => ({
      ...row,
      doubts: doubts.map((doubt) => safeText(doubt, 200)),
      gaps: gaps.map(({ kind, name, why, since }) => ({
        kind,
        name: safeText(name, 100),
        why: safeText(why, 200),
        since: new Date(since),
      })),
      lastFailure: lastFailure && safeText(lastFailure, 300),
      snapshot: seq === null || recordedAt === null ? null : { seq, recordedAt, fresh: recordedAt > since },
      paused: pausedAt && { since: pausedAt, why: safeText(pausedWhy ?? 'no reason given', 300) },
      findings: counted(findings),
      alerts: counted(alerts),
    }),
  );
}

export interface Period {
  readonly since: Date;
  readonly until: Date;
}

function counted(counts: Partial<Counts>): Counts {
  const [critical, high, medium, low] = SEVERITIES.map((severity) => counts[severity] ?? 0);
  return { critical: critical ?? 0, high: high ?? 0, medium: medium ?? 0, low: low ?? 0 };
}

const MESSAGES = `
  SELECT count(*) FILTER (WHERE state = 'sent' AND ended_at > $1 AND kind <> 'all-quiet')::int AS sent,
         count(*) FILTER (WHERE state = 'waiting' AND kind = 'alerts')::int AS waiting,
         count(*) FILTER (WHERE state IN ('pending', 'sending') AND attempts > 0)::int AS stuck,
         count(*) FILTER (WHERE state = 'dead' AND ended_at > $1)::int AS dead,
         (SELECT coalesce(jsonb_agg(recipient || ': ' || coalesce(why, 'no answer')), '[]') FROM (
            SELECT DISTINCT recipient, why FROM outbox
             WHERE (state IN ('pending', 'sending') AND attempts > 0) OR (state = 'dead' AND ended_at > $1) ORDER BY 1, 2 LIMIT 5) listed) AS troubles,
         (SELECT count(*)::int FROM alert a WHERE a.recorded_at > $1 AND a.recorded_at <= $2
             AND NOT EXISTS (SELECT FROM outbox_alert t JOIN outbox m ON m.source = t.source AND m.id = t.id
                              WHERE t.source = a.source AND t.no = a.no AND m.seq = a.seq AND m.state <> 'withdrawn')) AS untold
    FROM outbox`;

export async function quietMessages(sql: Sql, { since, until }: Period): Promise<QuietMessages> {
  const [row] = await sql.query<QuietMessages>(MESSAGES, [since, until]);
  if (row === undefined) throw new Error('an aggregate always gives a row');
  return { ...row, troubles: row.troubles.map((trouble) => safeText(trouble, 200)) };
}
