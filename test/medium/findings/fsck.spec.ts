import { NO_RULES } from '../../support/no-rules.js';
import { fsck } from '../../../src/runs/fsck/fsck.job.js';
import { connectAlone } from '../../../src/platform/connect.js';
import { GLOBAL } from '../pipeline/village.js';
import { Court, inDays } from './court.js';

/** What was judged is sound, and every way to forge it is named. */
describe('fsck of what was judged', () => {
  let court: Court;
  beforeAll(async () => {
    court = await Court.open();
    court.waivers = `waivers:
      - { rule: no-wipe, subject: { source: hq, kind: principal, key: sue }, reason: agreed, approver: chief@example.com,
          until: ${inDays(30)} }`;
    await court.round();
    court.pipeline.estate.revokeRole('root', GLOBAL, 7);
    await court.round();
  });
  afterAll(() => court.close());

  /** Forges as a superuser to whom triggers and grants do not apply, and runs the checks. */
  async function afterForging(sql: string): Promise<string[]> {
    const url = new URL(process.env['TEST_ADMIN_URL'] ?? '');
    const [row] = await court.pipeline.db.query<{ name: string }>('select current_database() as name');
    url.pathname = `/${row?.name}`;
    const client = await connectAlone(url.href);
    try {
      await client.query('set session_replication_role = replica');
      const forged = await client.query(sql);
      expect(forged.rowCount).toBeGreaterThan(0);
      return await court.fsck();
    } finally {
      await client.end();
    }
  }

  it('finds it sound', async () => {
    expect(await court.fsck()).toEqual([]);
  });

  it('is told by the database that nothing may be rewritten', async () => {
    for (const table of [
      'ruleset',
      'ruleset_activation',
      'judgement',
      'assessment',
      'finding',
      'finding_event',
    ])
      await expect(court.pipeline.db.query(`delete from ${table}`)).rejects.toThrow(/permission denied/);
    const forged = `insert into finding_event (source, finding, no, kind, state, severity, message, because, matched, matched_digest, judgement)
      select source, finding, no + 2, 'reexplained', 'open', severity, message, because, matched, matched_digest, judgement
        from finding_event where no = 1 limit 1`;
    await expect(court.pipeline.db.query(forged)).rejects.toThrow(/not the next one/);
  });

  it('notes what it cannot judge again', async () => {
    const options = { rulebook: NO_RULES, signal: new AbortController().signal, progress: () => undefined };
    const report = await fsck(court.pipeline.db, options);
    expect(report.sound).toBe(true);
    expect(report.checks.find(({ check }) => check === 'rejudged')?.notes).toEqual([
      expect.stringContaining('cannot be judged again by this program'),
    ]);
  });

  /** [check, forgery, its undoing] */
  it.each<[string, string, string]>([
    ['judgements', `update judgement set id = 3 where id = 2`, `update judgement set id = 2 where id = 3`],
    [
      'judgements',
      `update judgement set as_of = as_of + interval '1 day' where id = 1`,
      `update judgement set as_of = as_of - interval '1 day' where id = 1`,
    ],
    [
      'judgements',
      `update judgement set snapshot_digest = sha256(snapshot_digest) where id = 1`,
      `update judgement j set snapshot_digest = s.digest from snapshot s where s.source = j.source and s.seq = j.seq`,
    ],
    ['waivers', `update waiver set reason = 'AGREED'`, `update waiver set reason = 'agreed'`],
    [
      'waivers',
      `update judgement set waivers = '{}' where id = 2`,
      `update judgement j set waivers = array[w.id] from waiver w where j.id = 2`,
    ],
    [
      'rulesets',
      `update ruleset set document = document || '{"x": 1}'`,
      `update ruleset set document = document - 'x'`,
    ],
    [
      'findings',
      `update finding_event set matched = matched || '["more"]' where no = 2`,
      `update finding_event set matched = matched - 'more' where no = 2`,
    ],
    [
      'findings',
      `update finding_event set no = 3 where no = 2`,
      `update finding_event set no = 2 where no = 3`,
    ],
    [
      'findings',
      `update finding_event set kind = 'acknowledged', state = 'acknowledged', actor = 'x', reason = 'x', judgement = null, why = null where no = 1`,
      `update finding_event set kind = 'opened', state = 'open', actor = null, reason = null, judgement = 1 where no = 1`,
    ],
    [
      'findings',
      `update finding set opened_by = 2 where id = 1`,
      `update finding set opened_by = 1 where id = 1`,
    ],
    ['findings', `update finding set id = 9 where id = 2`, `update finding set id = 2 where id = 9`],
    [
      'findings',
      `update assessment set rule = 'other' where judgement = 1`,
      `update assessment set rule = 'no-wipe' where judgement = 1`,
    ],
  ])('names a forgery: %s', async (check, forgery, undoing) => {
    const broken = await afterForging(forgery);
    expect(broken.join('\n')).toContain(`${check}: `);
    await afterForging(undoing);
    expect(await court.fsck()).toEqual([]);
  });

  it('names a judgement that judging again does not confirm', async () => {
    const [kept] = await court.pipeline.db.query<{ digest: string }>(
      'select verdicts_digest as digest from judgement where id = 2',
    );
    const broken = await afterForging(`update judgement set verdicts_digest = repeat('0', 64) where id = 2`);
    expect(broken).toEqual([
      expect.stringContaining('rejudged: 1, first'),
      expect.stringContaining('journal: 1, first'),
    ]);
    await afterForging(`update judgement set verdicts_digest = '${kept?.digest}' where id = 2`);
  });
});
