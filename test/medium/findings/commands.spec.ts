import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { activateOnDisk } from '../../../src/findings/activate-rules.job.js';
import { acknowledgeCommand } from '../../../src/findings/acknowledge.command.js';
import { checkCommand } from '../../../src/findings/check.command.js';
import { findingsCommand } from '../../../src/findings/findings.command.js';
import { runCommandLine } from '../../../src/platform/command/run-command-line.js';
import { OpenDatabase } from '../../../src/platform/open-database.js';
import { AS_SHIPPED, type RulesOfConfig } from '../../../src/rules/rules-config.js';
import { rulesCommand } from '../../../src/rules/rules.command.js';
import { BROKEN, WIPE } from '../../support/rulebook.js';
import { GLOBAL, SHOPS } from '../pipeline/village.js';
import { Court } from './court.js';

let court: Court;
beforeEach(async () => {
  court = await Court.open();
  court.rulebook.rules = [WIPE, BROKEN];
  await court.pipeline.publish();
});
afterEach(async () => {
  expect(await court.fsck()).toEqual([]);
  await court.close();
});

const rules = rulesCommand(({ actor }, reason) =>
  activateOnDisk(court.pipeline.db, court.rulebook, { actor, reason }),
);

async function typed(...argv: string[]): Promise<{ exitCode: number; out: string; err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const said = Promise.all([text(stdout), text(stderr)]);
  const opened = Object.assign(Object.create(OpenDatabase.prototype) as OpenDatabase, {
    db: court.pipeline.db,
    close: async () => undefined,
  });
  const exitCode = await runCommandLine<RulesOfConfig>({
    commands: [checkCommand(() => court.parts()), findingsCommand, acknowledgeCommand, rules],
    version: '0',
    argv,
    streams: { stdout, stderr },
    loadConfig: async () => ({ rules: AS_SHIPPED }),
    openDatabase: async () => opened,
  });
  stdout.end();
  stderr.end();
  const [out, err] = await said;
  return { exitCode, out, err };
}
const json = async (...argv: string[]) => JSON.parse((await typed(...argv, '--json')).out);

describe('check', () => {
  it('judges what is due, prints the worst first with paths, and what could not be judged', async () => {
    const { exitCode, out, err } = await typed('check', 'hq');
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toContain('2 open, 0 waived\n\nCRITICAL (2)\n');
    expect(out).toMatch(
      /#\d open: root\n {3}holds Wipe device\n {3}- \*Wipe device\* from role 7 in space Global\n/,
    );
    expect(out).toContain(
      'Not assessable: neither passed nor failed\n   broken: the rule failed: Error: divided by zero',
    );
    await typed('check');
    expect(court.rulebook.judgings).toBe(1);
  });

  it('fails with 3 where something open is bad enough, and not once it is mended', async () => {
    expect((await typed('check', '--fail-on', 'high')).exitCode).toBe(3);
    court.pipeline.estate.revokeRole('root', GLOBAL, 7);
    court.pipeline.estate.revokeLdapRole('CN=Wipers,OU=Groups,DC=village,DC=example,DC=com', 2, 7);
    await court.pipeline.publish();
    expect((await typed('check', '--fail-on', 'low')).exitCode).toBe(0);
  });

  it('does not pass what it could not judge', async () => {
    await typed('check');
    court.pipeline.estate.grantRole('sue', SHOPS, 7);
    await court.pipeline.publish();
    court.waivers = 'waiver: []';
    const { exitCode, out } = await typed('check', 'hq');
    expect(exitCode).toBe(1);
    expect(out).toContain('NOT JUDGED: waivers.yaml has');
    expect((await json('check', 'hq')).sources[0]).toMatchObject({
      judgement: { seq: 1 },
      notJudged: expect.any(String),
    });
  });

  it('warns where the rules on disk are others than the active ones', async () => {
    await typed('check');
    court.rulebook.rules = [WIPE];
    const { err, exitCode } = await typed('check');
    expect([exitCode, err]).toEqual([0, expect.stringContaining('differ from the active ruleset')]);
    expect(err).toContain('rolewatch rules activate --reason REASON');
    expect((await typed('rules', 'activate')).err).toContain('--reason must say why');
    const activation = await json('rules', 'activate', '--reason', 'only wiping matters');
    expect(activation).toMatchObject({ activated: true, before: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await json('rules', 'activate', '--reason', 'again')).toMatchObject({ activated: false });
    expect((await typed('check')).err).toBe('');
    expect((await json('check')).sources[0].judgement).toMatchObject({
      reason: 'activated',
      rulesetDigest: activation.digest,
    });
  });
});

describe('findings', () => {
  it('lists as asked, now and then', async () => {
    await typed('check');
    court.pipeline.estate.revokeRole('root', GLOBAL, 7);
    await court.round();
    const keys = async (...argv: string[]) =>
      (await json('findings', 'hq', ...argv)).findings.map(
        (one: { subject: { name: string } }) => one.subject.name,
      );
    expect(await keys()).toEqual(['Wipers']);
    expect(await keys('--state', 'resolved')).toEqual(['root']);
    expect((await keys('--state', 'all')).sort()).toEqual(['Wipers', 'root']);
    expect((await keys('--at', '1')).sort()).toEqual(['Wipers', 'root']);
    expect(await keys('--severity', 'low')).toEqual([]);
    expect(await keys('--rule', 'no-wipe')).toEqual(['Wipers']);
    expect((await typed('findings', 'hq', '--rule', 'no-wip')).err).toContain('did you mean "no-wipe"?');
    expect((await typed('findings', 'hq', '--at', '9')).err).toContain('snapshot 9 of hq was not judged');
  });

  it('is acknowledged by a person, with a reason for the log, and stays open', async () => {
    await typed('check');
    const { findings } = await json('findings', 'hq');
    const root = findings.find((one: { subject: { key: string } }) => one.subject.key === 'root');
    expect((await typed('acknowledge', 'hq', String(root.id), '--reason', 'ticket 4711')).exitCode).toBe(0);
    expect((await typed('acknowledge', 'hq', String(root.id), '--reason', 'again')).err).toContain(
      'nothing to acknowledge',
    );
    expect((await typed('acknowledge', 'hq', '99', '--reason', 'x')).err).toContain('there is no finding 99');
    expect((await typed('check', '--fail-on', 'critical')).exitCode).toBe(3);
    const { out } = await typed('findings', 'hq', '--finding', String(root.id));
    expect(out).toMatch(/acknowledged \(critical\); by os:\S+: ticket 4711/);
    const log = await court.pipeline.db.query(
      `select action, source, detail from action_log where action like 'finding%'`,
    );
    expect(log).toEqual([
      { action: 'finding-acknowledged', source: 'hq', detail: { finding: root.id, reason: 'ticket 4711' } },
    ]);
    // growth is something new to see
    court.pipeline.estate.grantRole('root', SHOPS, 7);
    await court.round();
    expect(await court.states()).toContain('root: reopened grew');
  });
});
