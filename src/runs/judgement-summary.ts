import type { Judging } from '../findings/judge-due.job.js';

/** What judging a new snapshot brought, in numbers. */
export interface JudgementSummary {
  readonly opened: number;
  readonly reopened: number;
  readonly resolved: number;
  /** Why it was not judged. */
  readonly notJudged?: string;
}

/** @param paused why nothing was tried, where an earlier snapshot has to be judged first */
export function judgementSummary({ judged, notJudged }: Judging, paused: string | null): JudgementSummary {
  const events = judged.flatMap((one) => one.events);
  const count = (kind: string): number => events.filter((event) => event.kind === kind).length;
  const fault = notJudged[0]?.why ?? paused;
  return {
    opened: count('opened'),
    reopened: count('reopened'),
    resolved: count('resolved'),
    ...(fault !== null && { notJudged: fault }),
  };
}

export function judgementText(source: string, summary: JudgementSummary): string {
  const { opened, reopened, resolved, notJudged } = summary;
  if (notJudged !== undefined) return `Not judged: ${notJudged}`;
  const numbers = `${String(opened)} opened, ${String(reopened)} reopened, ${String(resolved)} resolved`;
  return `Findings: ${numbers}. All that is open: rolewatch check ${source}`;
}
