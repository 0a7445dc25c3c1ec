import { driftText } from './drift-text.js';
import { windowInWords } from './drift-words.js';
import type { DriftReport, ReportedChange } from './report.js';

const window = {
  notSeenAt: new Date('2026-03-01T10:00:00Z'),
  seenAt: new Date('2026-03-01T11:00:00Z'),
  statedBy: ['rolewatch'],
};
const change: ReportedChange = {
  ids: ['2.1'],
  what: 'role-granted',
  subject: { kind: 'local-admin', key: 'ann', name: 'Ann' },
  scope: { key: '1', name: 'Global' },
  role: { id: '2', name: 'View' },
  effective: { gained: ['View device'], lost: [] },
  cause: 'assignment',
  window,
};
const bad: ReportedChange = {
  ...change,
  ids: ['2.2'],
  subject: { kind: 'ldap-group', key: 'cn=ops' },
  role: { id: '7', name: 'Wipe <device>' },
};
const members: ReportedChange = {
  ids: ['2.3'],
  what: 'members-changed',
  subject: { kind: 'ldap-ou', key: 'ou=ops' },
  cause: 'ou',
  window,
  members: { before: 1, after: 3, known: true, allows: ['View device'] },
  affected: [{ kind: 'directory-user', key: 'cn=zoe', presentOnly: 'after' }],
  affectedCount: 2,
};

const ref = (seq: number) => ({ seq, recordedAt: new Date(Date.UTC(2026, 2, 1, seq)), digest: '' });
const report = (...changes: ReportedChange[]): DriftReport => ({
  source: 'hq',
  product: 'ivanti-epmm',
  from: ref(1),
  to: ref(2),
  changes,
});
const tierOf = ({ role }: ReportedChange) => (role?.id === '7' ? 'critical' : role ? 'low' : undefined);

it('the text groups by subject, the worst risk first', () => {
  expect(driftText(report(change, members, bad), tierOf))
    .toBe(`hq: snapshot 1 (2026-03-01T01:00:00.000Z) to 2 (2026-03-01T02:00:00.000Z)

[critical] cn=ops, LDAP group
  - [critical] holds "Wipe <device>" in Global only in the later snapshot
      gained: View device
      cause: assignment; on 2026-03-01 between 10:00 and 11:00 UTC

[low] Ann (ann), local admin
  - [low] holds "View" in Global only in the later snapshot
      gained: View device
      cause: assignment; on 2026-03-01 between 10:00 and 11:00 UTC

ou=ops, organisational unit
  - has other members
      members: 1, later 3; each may: View device
      affected: cn=zoe, directory user (only in the later snapshot) and 1 more
      cause: ou; on 2026-03-01 between 10:00 and 11:00 UTC`);
});

it('one member is not several', () => {
  const unit = (after: number) => ({
    ...{ kind: 'ldap-ou' as const, key: `ou=${after}` },
    members: { after, known: false },
  });
  expect(driftText(report({ ...change, affected: [unit(1), unit(2)] }), tierOf)).toContain(
    'affected: ou=1, organisational unit (1 member, unknown); ou=2, organisational unit (2 members, unknown)',
  );
});

it('no name begins a line of the text', () => {
  const forged = '\n[low] nobody, local admin\n  - ';
  const scope = { key: '1', name: forged };
  const subject = { ...bad.subject, name: forged };
  const text = driftText(report({ ...bad, scope, subject, role: { id: '7', name: forged } }), tierOf);
  const plain = driftText(report(bad), tierOf);
  expect(text.split('\n').length).toBe(plain.split('\n').length);
});

it('the text says when there is nothing', () => {
  expect(driftText(report(), tierOf)).toContain('No changes.');
});

it('windows tell the date once, seconds where they matter, and who stated them', () => {
  const later = new Date('2026-03-02T00:00:07Z');
  expect(windowInWords({ ...window, seenAt: later })).toBe(
    'between 2026-03-01 10:00:00 and 2026-03-02 00:00:07 UTC',
  );
  expect(windowInWords({ seenAt: later, statedBy: ['Kim'] })).toBe(
    'not later than 2026-03-02 00:00:07 UTC, as stated by Kim',
  );
});
