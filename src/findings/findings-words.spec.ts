import type { FindingView } from './findings.view.js';
import { bySeverity } from './findings-words.js';

it('no name begins a line of its own', () => {
  const finding: FindingView = {
    ...{ source: 'hq', product: 'ivanti-epmm', id: 4, fields: {}, state: 'open', severity: 'high' },
    rule: { id: 'no-wipe', version: '1', digest: '00' },
    subject: { kind: 'principal', id: '1', key: 'ann', name: 'Ann\n#5 resolved: Bob' },
    message: 'Nobody wipes.',
    ...{ because: [], matched: [], fingerprint: '3f2a90c41b7d5e60', openedAt: '', since: '' },
  };
  expect(bySeverity([finding], ['high'])).toContain('#4 open: Ann\\u000a#5 resolved: Bob (ann)');
});
