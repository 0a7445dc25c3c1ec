import type { Judging } from '../findings/judge-due.job.js';

/** What judging a new snapshot brought, in numbers. */
export interface JudgementSummary {
  readonly opened: number;
  readonly reopened: number;
  readonly resolved: number;
  /** Why it was not judged. */
  readonly notJudged?: string;
}

export function judgementSummary({ judged, notJudged }: Judging): JudgementSummary {
  const events = judged.flatMap((one) => one.events);
  const count = (kind: string): number => events.filter((event) => event.kind === kind).length;
  const [fault] = notJudged;
  return {
    opened: count('opened'),
    reopened: count('reopened'),
    resolved: count('resolved'),
    ...(fault !== undefined && { notJudged: fault.why }),
  };
}

export function judgementText(source: string, summary: JudgementSummary): string {
  const { opened, reopened, resolved, notJudged } = summary;
  if (notJudged !== undefined) return `Not judged: ${notJudged}`;
  const numbers = `${String(opened)} opened, ${String(reopened)} reopened, ${String(resolved)} resolved`;
  return `Findings: ${numbers}. All that is open: rolewatch check ${source}`;
}
