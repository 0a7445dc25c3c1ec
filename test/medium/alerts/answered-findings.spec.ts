import { type AlertRouting, NO_ROUTING } from '../../../src/alerts/alert-routing.js';
import { writeFindingAlerts } from '../../../src/alerts/alert.store.js';
import { escalate } from '../../../src/alerts/escalation.store.js';
import { openedFindings } from '../../../src/alerts/opened-findings.js';
import { acknowledgeFinding } from '../../../src/findings/acknowledge.job.js';
import { SOURCE } from '../../support/pipeline.js';
import { Court, inDays } from '../findings/court.js';

const routing: AlertRouting = {
  ...NO_ROUTING,
  escalation: { severity: 'low', steps: [{ afterMinutes: 30, to: ['lead@example.com'], hook: null }] },
};
let court: Court;
beforeEach(async () => {
  court = await Court.open();
});
afterEach(() => court.close());

/** Reads, and judges with what is told. */
async function round(): Promise<void> {
  await court.pipeline.publish();
  const judge = court.judgeDue({
    told: (tx, told) =>
      writeFindingAlerts(tx, { source: told.source, seq: told.seq, opened: openedFindings(told) }, routing),
  });
  await judge.judge();
}

/** The step comes. @returns what went further, in its own words, and what was withdrawn */
async function stepComes(): Promise<{ further: string[]; withdrawn: number }> {
  const { db } = court.pipeline;
  await db.query(`UPDATE outbox SET due_at = clock_timestamp() WHERE state = 'waiting'`);
  await escalate(db, routing);
  const rows = await db.query<{ state: string; text: string }>(
    `SELECT state, content ->> 'text' AS text FROM outbox WHERE kind = 'escalation' ORDER BY id`,
  );
  return {
    further: rows.filter(({ state }) => state === 'pending').map(({ text }) => text),
    withdrawn: rows.filter(({ state }) => state === 'withdrawn').length,
  };
}

async function idOf(key: string): Promise<number> {
  const found = (await court.findings()).find(({ subject }) => subject.key === key);
  return found?.id ?? 0;
}

describe('the alert of a finding', () => {
  it('goes further as long as nobody deals with the finding', async () => {
    await round();
    const { further, withdrawn } = await stepComes();
    expect([further.length, withdrawn]).toEqual([1, 0]);
    expect(further[0]).toContain('root');
    expect(further[0]).toContain('Wipers');
  });

  it('is acknowledged with the finding, and the others go further', async () => {
    await round();
    const order = { source: SOURCE, finding: await idOf('root'), actor: 'os:me', reason: 'on it' };
    await acknowledgeFinding(court.pipeline.db, order);
    const { further, withdrawn } = await stepComes();
    expect([further.length, withdrawn]).toEqual([1, 0]);
    expect(further[0]).not.toContain('root');
    expect(further[0]).toContain('Wipers');
  });

  it('goes no further once all are resolved or waived', async () => {
    await round();
    court.pipeline.estate.removeAdmin('root');
    const wipers = (await court.findings()).find(({ subject }) => subject.key !== 'root')?.subject.key ?? '';
    court.waivers = `
waivers:
  - rule: no-wipe
    subject: { source: hq, kind: principal, key: "${wipers}" }
    reason: agreed
    approver: chief@example.com
    until: ${inDays(30)}
`;
    await round();
    expect(await court.states()).toEqual([expect.stringContaining('waived'), 'root: resolved subject-gone']);
    expect(await stepComes()).toEqual({ further: [], withdrawn: 1 });
  });
});
