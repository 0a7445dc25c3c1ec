import type { JudgementTold } from '../findings/judge-due.job.js';
import type { OpenedFinding } from './alert.store.js';

/** Of what a judgement brought, what somebody should hear of: what is open by it, and was not before. */
export function openedFindings({ events, rules }: JudgementTold): OpenedFinding[] {
  const last = new Map(events.map((event) => [event.finding.id, event]));
  return [...last.values()].flatMap(({ finding, kind, match }) => {
    if (kind !== 'opened' && kind !== 'reopened') return [];
    const { severity, message, because } = match;
    return [
      {
        findingId: String(finding.id),
        rule: finding.rule,
        title: rules.find(({ id }) => id === finding.rule)?.title ?? finding.rule,
        severity,
        subject: finding.subject,
        message,
        because,
        ...(kind === 'reopened' && { reopened: true }),
      },
    ];
  });
}
