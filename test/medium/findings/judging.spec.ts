import { setTimeout as sleep } from 'node:timers/promises';
import { becauseWords } from '../../../src/findings/findings-words.js';
import { findingHistory } from '../../../src/findings/findings.view.js';
import { JudgementDueStore } from '../../../src/findings/judgement-due.store.js';
import { latestJudgement } from '../../../src/findings/judgements.view.js';
import { activateOnDisk } from '../../../src/findings/activate-rules.job.js';
import { paging } from '../../../demo/estate/faults.js';
import { SOURCE } from '../../support/pipeline.js';
import { BROKEN, TWO_ADMINS, WIPE } from '../../support/rulebook.js';
import { addAdmin, FIELD, GLOBAL, SHOPS } from '../pipeline/village.js';
import type { Period } from '../../../src/evidence/document.js';
import { waiversDocument } from '../../../src/evidence/documents/waivers.view.js';
import { Court, inDays } from './court.js';

let court: Court;
beforeEach(async () => {
  court = await Court.open();
});
afterEach(async () => {
  expect(await court.fsck()).toEqual([]);
  await court.close();
});

const waiverOf = (key: string, more = ''): string => `
waivers:
  - rule: no-wipe
    subject: { source: hq, kind: principal, key: ${key} }
    reason: agreed until the tool is replaced
    approver: chief@example.com
    until: ${inDays(30)}
${more}`;

describe('a finding', () => {
  it('opens with what is read, with the path of each right, and names what it stands on', async () => {
    const seq = await court.round();
    expect(await court.states()).toEqual([
      'Wipers (CN=Wipers,OU=Groups,DC=village,DC=example,DC=com): open',
      'root: open',
    ]);
    expect(court.told).toEqual(['opened', 'opened']);
    const [finding] = (await court.findings()).filter(({ subject }) => subject.key === 'root');
    expect(finding?.because.map((one) => becauseWords(one, 'ivanti-epmm'))).toEqual([
      '*Wipe device* from role 7 in space Global',
    ]);
    const [opened] = await findingHistory(court.pipeline.db, SOURCE, finding?.id ?? 0);
    const [snapshot] = await court.pipeline.db.query<{ digest: string }>(
      `select encode(digest, 'hex') as digest from snapshot where seq = $1`,
      [seq],
    );
    expect(opened).toMatchObject({
      kind: 'opened',
      judgement: {
        id: 1,
        seq,
        snapshotDigest: snapshot?.digest,
        ruleVersion: '1',
        ruleDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
  });

  it('is not resolved by a read that broke off, and is by a complete one', async () => {
    await court.round();
    court.pipeline.estate.revokeRole('root', GLOBAL, 7);
    court.pipeline.server.inject(paging.totalOff(1), { stream: 'user_summary' });
    await court.round();
    expect(await court.states()).toContain('root: open');
    court.pipeline.server.heal();
    await court.round();
    expect(await court.states()).toContain('root: resolved no-longer-violated');
  });

  it('about an absence opens on complete data only', async () => {
    court.rulebook.rules = [TWO_ADMINS];
    court.pipeline.estate.revokeRole('auditor', GLOBAL, 1);
    court.pipeline.server.inject(paging.totalOff(1), { stream: 'user_summary' });
    await court.round();
    expect(await court.states()).toEqual([]);
    const judgement = await latestJudgement(court.pipeline.db, SOURCE);
    expect(judgement?.assessments).toMatchObject([
      { rule: 'two-admins', unassessable: 1, why: expect.stringContaining('user_summary') },
    ]);
    court.pipeline.server.heal();
    await court.round();
    expect(await court.states()).toEqual(['source hq: open']);
  });

  it('comes back, and its whole life is kept', async () => {
    await court.round();
    court.pipeline.estate.removeAdmin('root');
    await court.round();
    expect(await court.states()).toContain('root: resolved subject-gone');
    const between = await court.pipeline.now();
    addAdmin(court.pipeline.estate, 'root', [GLOBAL, 1], [GLOBAL, 7]);
    await court.round();
    expect(await court.states()).toContain('root: reopened came-back');
    const [root] = (await court.findings(between)).filter(({ subject }) => subject.key === 'root');
    expect(root?.state).toBe('resolved');
    const history = await findingHistory(court.pipeline.db, SOURCE, root?.id ?? 0);
    expect(history.map(({ kind, judgement }) => [kind, judgement?.seq])).toEqual([
      ['opened', 1],
      ['resolved', 2],
      ['reopened', 3],
    ]);
  });

  it('of a rule that throws is nobody’s, and the other rules go on', async () => {
    court.rulebook.rules = [WIPE, BROKEN];
    await court.round();
    expect(await court.states()).toHaveLength(2);
    const judgement = await latestJudgement(court.pipeline.db, SOURCE);
    expect(judgement?.assessments).toMatchObject([
      { rule: 'broken', error: 'Error: divided by zero' },
      { rule: 'no-wipe' },
    ]);
  });

  it('ends with its rule, once another ruleset is activated', async () => {
    await court.round();
    court.rulebook.rules = [TWO_ADMINS];
    expect((await court.judge()).judged).toEqual([]);
    await activateOnDisk(court.pipeline.db, court.rulebook, { actor: 'os:ann', reason: 'review' });
    expect((await court.judge()).judged).toMatchObject([{ seq: 1, reason: 'activated' }]);
    expect((await court.states()).every((one) => one.endsWith('resolved rule-dropped'))).toBe(true);
  });
});

describe('a waiver', () => {
  beforeEach(() => court.round());

  it('is judged when it is written down, and binds to what is matched then', async () => {
    court.waivers = waiverOf('root');
    expect(await court.judge()).toMatchObject({ judged: [{ seq: 1, reason: 'waivers' }], notes: [] });
    expect(await court.states()).toContain('root: waived');
    // growth reopens
    court.pipeline.estate.grantRole('root', SHOPS, 7);
    await court.round();
    expect(await court.states()).toContain('root: reopened grew');
    court.pipeline.estate.revokeRole('root', SHOPS, 7);
    await court.round();
    expect(await court.states()).toContain('root: waived');
    // taken out of the file
    court.waivers = 'waivers: []';
    await court.judge();
    expect(await court.states()).toContain('root: reopened waiver-ended');
  });

  it('is evidence from when it was in force, whether it applied to anything or not', async () => {
    const seq = await court.round();
    const later = waiverOf('root').replace('    until:', `    from: ${inDays(3)}\n    until:`);
    court.waivers =
      later + waiverOf('sue').replace('waivers:', '') + waiverOf('root').replace('waivers:', '');
    expect(await court.judge()).toMatchObject({ judged: [{ reason: 'waivers' }], notJudged: [] });
    const rows: unknown[] = [];
    const period = { source: 'hq', to: { seq } } as Period;
    await court.pipeline.db.transaction(async (tx) => {
      for await (const row of waiversDocument.rows(tx, period)) rows.push(row);
    });
    const common = { rule: 'no-wipe', approver: 'chief@example.com', inForceFrom: 3, accepts: null };
    expect(rows).toEqual([
      expect.objectContaining({ ...common, subjectKey: 'root', appliedAt: expect.any(String) }),
      expect.objectContaining({ ...common, subjectKey: 'sue', finding: null, appliedAt: null }),
    ]);
  });

  it('accepts what its fingerprint says, and nothing else', async () => {
    const [root] = (await court.findings()).filter(({ subject }) => subject.key === 'root');
    court.waivers = waiverOf('root', `    accepts: ${root?.fingerprint.slice(0, 16)}`);
    await court.judge();
    expect(await court.states()).toContain('root: waived');
    court.waivers = waiverOf('root', '    accepts: 0123456789abcdef');
    const { notes } = await court.judge();
    expect(await court.states()).toContain('root: reopened waiver-ended');
    expect(notes).toEqual(['waivers.yaml:3 waivers[0].accepts: is not the fingerprint of what is found now']);
  });

  it('by its own subject does not apply, and one about nobody is told', async () => {
    court.pipeline.estate.setMail('root', 'root@example.com');
    await court.round();
    court.waivers = waiverOf('root').replace('chief@example.com', 'Root@Example.com');
    expect((await court.judge()).notes).toEqual([
      expect.stringContaining('waivers[0].approver: is the subject itself'),
    ]);
    expect(await court.states()).toContain('root: open');
    court.waivers = waiverOf('roots');
    expect((await court.judge()).notes).toEqual([
      expect.stringMatching(/never showed "roots"; did you mean "root"/),
    ]);
    court.waivers = waiverOf('root').replace(/kind: [a-z-]+/, 'kind: ldap-group');
    expect((await court.judge()).notes).toEqual([
      'waivers.yaml:3 waivers[0].subject.kind: hq never showed a ldap-group "root", only another kind of principal with this key',
    ]);
    court.waivers = waiverOf('root').replace('no-wipe', 'no-wipes');
    expect((await court.judge()).notes).toEqual([
      expect.stringMatching(/no rule "no-wipes"; did you mean "no-wipe"/),
    ]);
    court.waivers = waiverOf('root').replace('source: hq', 'source: hg');
    expect((await court.judge()).notes).toEqual([
      'waivers.yaml:3 waivers[0].subject.source: there is no source "hg"; did you mean "hq"?',
    ]);
    court.waivers = waiverOf('sue');
    expect((await court.judge()).notes).toEqual([
      'waivers.yaml:3 waivers[0]: there is no finding that it applies to',
    ]);
  });

  it('with a fault stops judging, which says so and goes on when it is mended', async () => {
    court.waivers = waiverOf('root').replace('reason', 'raeson');
    court.pipeline.estate.grantRole('sue', SHOPS, 7);
    await court.pipeline.publish();
    expect(await court.judge()).toMatchObject({
      judged: [],
      notJudged: [{ why: expect.stringContaining('did you mean "reason"') }],
    });
    court.waivers = waiverOf('root');
    expect((await court.judge()).judged).toMatchObject([{ seq: 2 }]);
    expect(await court.states()).toContain('sue: open');
  });
});

describe('judging', () => {
  it('is taken up by whoever comes next when a process dies between publishing and judging', async () => {
    await court.pipeline.publish();
    court.pipeline.estate.grantRole('sue', SHOPS, 7);
    await court.pipeline.publish();
    const { judged } = await court.judge();
    expect(judged.map(({ seq, reason }) => [seq, reason])).toEqual([
      [1, 'published'],
      [2, 'published'],
    ]);
  });

  it('is taken over from a process that died while it judged, which can then record nothing', async () => {
    await court.pipeline.publish();
    const short = new JudgementDueStore(court.pipeline.db, 0);
    const dead = await short.claim(SOURCE);
    expect(dead).toMatchObject({ seq: 1, epoch: 1 });
    expect((await court.judge()).judged).toMatchObject([{ seq: 1 }]);
    // the one that was only slow
    await court.pipeline.publish();
    const slow = court.judgeDue(
      {
        rulebook: {
          onDisk: () => court.rulebook.onDisk(),
          read: (document) => ({
            ...court.rulebook.read(document),
            judge(state, asOf) {
              return court.rulebook.read(document).judge(state, asOf);
            },
          }),
        },
        told: async () => Promise.reject(new Error('the mail room is shut')),
      },
      short,
    );
    expect((await slow.judge()).notJudged).toMatchObject([{ source: SOURCE, why: 'the mail room is shut' }]);
    expect((await latestJudgement(court.pipeline.db, SOURCE))?.seq).toBe(1);
    // it waits a while, and its snapshot is not skipped
    expect((await court.judge()).judged).toEqual([]);
    await court.pipeline.db.query('update judgement_due set due_at = now()');
    expect((await court.judge()).judged).toMatchObject([{ seq: 2, reason: 'published' }]);
  });

  it('keeps its claim however long it takes, and lets the renewal through', async () => {
    await court.pipeline.publish();
    const due = new JudgementDueStore(court.pipeline.db, 1_000);
    const long = court.judgeDue(
      {
        rulebook: {
          onDisk: () => court.rulebook.onDisk(),
          read: (document) => ({
            ...court.rulebook.read(document),
            async judge(state, asOf) {
              await sleep(2_500);
              return court.rulebook.read(document).judge(state, asOf);
            },
          }),
        },
      },
      due,
    );
    const judging = long.judge();
    await sleep(2_000);
    expect(await due.claim(SOURCE)).toBeNull();
    expect((await judging).judged).toMatchObject([{ seq: 1 }]);
  });

  it('is done once by two processes at the same time', async () => {
    await court.pipeline.publish();
    await court.pipeline.publish();
    const [one, other] = [court.judgeDue(), court.judgeDue()];
    const both = await Promise.all([one.judge(), other.judge(), one.judge()]);
    await court.judge();
    expect(both.flatMap(({ notJudged }) => notJudged)).toEqual([]);
    const judgements = await court.pipeline.db.query('select id, seq from judgement order by id');
    expect(judgements).toEqual([
      { id: 1, seq: 1 },
      { id: 2, seq: 2 },
    ]);
  });

  it('is not done by a process that cannot read the active ruleset, and is by one that can', async () => {
    const seq = await court.pipeline.publish();
    const later = court.judgeDue();
    await later.prepare();
    const old = court.judgeDue({
      rulebook: {
        onDisk: () => court.rulebook.onDisk(),
        read: () => {
          throw new Error('a rule of a kind that comes later');
        },
      },
    });
    expect(await old.judge()).toMatchObject({
      judged: [],
      notJudged: [{ why: expect.stringContaining('comes later') }],
    });
    expect((await later.judge()).judged).toMatchObject([{ seq }]);
  });

  it('happens again when asked, gives the same, and else does not happen again', async () => {
    await court.round();
    expect((await court.judge()).judged).toEqual([]);
    expect((await court.judge({ again: true })).judged).toMatchObject([{ seq: 1, reason: 'manual' }]);
    expect(await court.pipeline.db.query('select distinct verdicts_digest from judgement')).toHaveLength(1);
  });

  it('puts the ruleset into the manifests that follow its activation', async () => {
    await court.round();
    await court.round();
    const manifests = await court.pipeline.db.query<{ digest: string | null; seq: number }>(
      `select seq, manifest::jsonb ->> 'rulesetDigest' as digest from snapshot order by seq`,
    );
    expect(manifests).toEqual([
      { seq: 1, digest: null },
      { seq: 2, digest: (await court.rulebook.onDisk()).digest },
    ]);
  });

  it('sees what people hold through the unit above them, when they hold something of their own', async () => {
    court.pipeline.estate.grantLdapRole('CN=Hal,OU=Helpdesk,DC=village,DC=example,DC=com', FIELD, 5);
    court.pipeline.estate.grantLdapRole('OU=Helpdesk,DC=village,DC=example,DC=com', SHOPS, 7);
    await court.round();
    const hal = (await court.findings()).find(({ subject }) => subject.key?.startsWith('CN=Hal'));
    expect(hal?.because.map((one) => becauseWords(one, 'ivanti-epmm'))).toEqual([
      '*Wipe device* from role 7 in space Shops, through unit Helpdesk',
    ]);
  });
});
