import {
  findingHistory,
  findingsOf,
  type FindingEventView,
  type FindingView,
} from '../findings/findings.view.js';
import type { Sql } from '../platform/tx.js';

/** A step in the life of a finding. */
export interface FindingStep {
  readonly finding: FindingView;
  readonly event: FindingEventView;
}

/** Every step that judging snapshots up to `seq` brought, and what people did in between; finding by finding, in order. */
export async function* stepsUntil(sql: Sql, source: string, seq: number): AsyncGenerator<FindingStep> {
  const findings = [...(await findingsOf(sql, source))].sort((a, b) => a.id - b.id);
  for (const finding of findings) {
    for (const event of await findingHistory(sql, source, finding.id)) {
      if ((event.judgement?.seq ?? 0) > seq) break;
      yield { finding, event };
    }
  }
}
