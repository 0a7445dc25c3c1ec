import {
  type EventKind,
  type EventWhy,
  type FindingState,
  fingerprintOf,
  stateAfter,
} from '../../findings/finding.js';
import type { Sql } from '../../platform/tx.js';
import type { BadRow, SourceCheck } from './check.js';
import { rowsOf } from '../../platform/rows.view.js';
import { badRowsOf } from './bad-rows.view.js';

interface EventRow {
  readonly finding: number;
  readonly no: number;
  readonly kind: EventKind;
  readonly state: FindingState;
  readonly matched: readonly string[];
  readonly digest: string;
  readonly why: EventWhy | null;
  readonly judgement: number | null;
  readonly judged: boolean;
  readonly assessed: boolean;
}

const EVENTS = `
  select e.finding, e.no, e.kind, e.state, e.matched, e.matched_digest as digest, e.why, e.judgement,
         j.id is not null as judged, a.rule is not null as assessed
    from finding_event e
    left join finding f on f.source = e.source and f.id = e.finding
    left join judgement j on j.source = e.source and j.id = e.judgement
    left join assessment a on a.source = e.source and a.judgement = e.judgement and a.rule = f.rule
   where e.source = $1 order by e.finding, e.no`;

const FINDINGS = `
  select id, case when place <> id then 'the finding before it is missing'
                  when opened is distinct from opened_by then 'it was not opened by judgement ' || opened_by
                  else 'there is no identity ' || subject_id end as says
    from (select f.*, row_number() over (order by f.id) as place, e.judgement as opened,
                 f.subject_kind = 'principal' and not exists (
                   select from identity i where i.source = f.source and i.identity_id::text = f.subject_id) as unknown
            from finding f
            left join finding_event e on e.source = f.source and e.finding = f.id and e.no = 1 and e.kind = 'opened'
           where f.source = $1) numbered
   where place <> id or opened is distinct from opened_by or unknown
   order by id`;

const ORPHANS = `
  select finding, no, 'there is no such finding' as says from finding_event e
   where source = $1 and not exists (select from finding f where f.source = e.source and f.id = e.finding)
   order by finding, no`;

export const findingsCheck: SourceCheck = {
  id: 'findings',
  invariant:
    'each finding has one unbroken life of steps that may follow one another, each by a judgement that names snapshot, rule, version and text, or by a person',
  proves: 'no finding was taken out, closed or accepted without a trace, and none is in two states',
  async *run(sql, source) {
    yield* badRowsOf(sql, source, [
      { table: 'finding', query: FINDINGS },
      { table: 'finding_event', query: ORPHANS },
    ]);
    yield* brokenLives(sql, source);
  },
};

async function* brokenLives(sql: Sql, source: string): AsyncGenerator<BadRow> {
  let before: EventRow | undefined;
  for await (const event of rowsOf<EventRow>(sql, EVENTS, [source])) {
    if (event.finding !== before?.finding) before = undefined;
    const says = misfit(event, before);
    before = event;
    const { finding, no } = event;
    if (says !== null) yield { table: 'finding_event', key: { source, finding, no }, says };
  }
}

/** The only ends that no rule has to be there for. */
const WITHOUT_RULE: readonly (EventWhy | null)[] = ['rule-dropped', 'source-retired'];

function misfit(event: EventRow, before: EventRow | undefined): string | null {
  const { no, kind, state, matched, digest, why, judgement, judged, assessed } = event;
  if (no !== (before?.no ?? 0) + 1) return 'the event before it is missing';
  if (stateAfter(before?.state, kind) !== state)
    return `${kind} as ${state} cannot follow ${before?.state ?? 'nothing'}`;
  if (fingerprintOf(matched) !== digest) return 'its fingerprint is not that of what is matched';
  if (judgement === null) return null;
  if (!judged) return `there is no judgement ${String(judgement)}`;
  if (assessed || WITHOUT_RULE.includes(why)) return null;
  return `judgement ${String(judgement)} did not assess its rule`;
}
