import type { Tested } from './send-test.job.js';

const OUTCOMES: Readonly<Record<Tested['outcome'], string>> = {
  sent: 'sent',
  failed: 'NOT SENT',
  refused: 'REFUSED',
  unconfirmed: 'PERHAPS SENT',
};

/** How each conversation went, step by step. */
export function testText(tested: readonly Tested[]): string {
  return tested
    .map(({ channel, recipient, outcome, steps, said }) =>
      [
        `${channel === 'mail' ? recipient : `hook ${recipient}`}: ${OUTCOMES[outcome]}`,
        ...steps.map((step) => `  ${step}`),
        ...(outcome === 'sent' && steps.length > 0 ? [] : [`  ${said}`]),
      ].join('\n'),
    )
    .join('\n\n');
}
