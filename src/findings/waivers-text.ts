import { oneLine } from '../platform/visible.js';
import type { WaiverView } from './waivers-answer.view.js';

const STATES: Readonly<Record<WaiverView['state'], string>> = {
  'in-force': 'in force',
  unused: 'UNUSED',
  'not-judged': 'to be judged',
  'to-come': 'to come',
  ended: 'ENDED',
  'not-applicable': 'CANNOT APPLY',
};

/** Three lines for each waiver, in the order of their file. */
export function waiversText(waivers: readonly WaiverView[]): string {
  if (waivers.length === 0) return 'Nothing is waived: there is no waiver.';
  return waivers.map(waiverText).join('\n');
}

function waiverText({
  at,
  source,
  rule,
  subject,
  state,
  why,
  covers,
  until,
  approver,
  reason,
}: WaiverView): string {
  const about = subject.key === undefined ? subject.kind : `${subject.kind} ${subject.key}`;
  const finding = covers.length === 1 ? 'finding' : 'findings';
  const what = covers.length === 0 ? (why ?? '') : `${finding} ${covers.map((id) => `#${id}`).join(', ')}`;
  return [
    oneLine(`${STATES[state]}${what === '' ? '' : `: ${what}`}`),
    oneLine(`    ${rule}, ${about} of ${source}, until ${until}, approved by ${approver}: ${reason}`),
    oneLine(`    ${at}`),
  ].join('\n');
}
