import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { COMMANDS } from '../../../src/commands.js';
import { loadConfig } from '../../../src/config.js';
import { runCommandLine } from '../../../src/platform/command/run-command-line.js';
import { configuredRuleset } from '../../../src/rules/loaded-rules.view.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rolewatch-rules-'));
});
afterEach(() => rm(folder, { recursive: true }));

const RULE = `id: site-no-wipe
version: 1
title: Nobody wipes
severity: high
why: It erases devices.
advice: Take it away.
controls: []
subject: principal
match: { any_of: [Wipe device] }
tests:
  - { name: wipes, given: { principals: { ann: { roles: [7] } } }, expect: [ann] }
  - { name: does not, given: { principals: { ann: { roles: [5] } } }, expect: none }
`;

/** Everything that is written to it. */
function sink(): { stream: PassThrough; text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new PassThrough().on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString() };
}

async function rolewatch(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [stdout, stderr] = [sink(), sink()];
  const code = await runCommandLine({
    commands: COMMANDS,
    version: '0',
    argv: [...argv, '--config', join(folder, 'rolewatch.yaml')],
    streams: { stdout: stdout.stream, stderr: stderr.stream },
    loadConfig,
    openDatabase: () => Promise.reject(new Error('rules need no database')),
  });
  return { code, out: stdout.text(), err: stderr.text() };
}

async function file(path: string, text: string): Promise<void> {
  await mkdir(join(folder, path, '..'), { recursive: true });
  await writeFile(join(folder, path), text);
}

const SOURCES = 'sources:\n  - { name: hq, kind: ivanti-epmm-files, folder: x }\n';

it('works without a configuration, and says so', async () => {
  const { code, out, err } = await rolewatch('rules');
  expect([code, err]).toEqual([0, expect.stringContaining('these are the rules as they ship')]);
  expect(out).toContain('epmm-single-session');
});

it('refuses a faulty configuration instead of ignoring it', async () => {
  await file('rolewatch.yaml', 'ruls: {}\n');
  expect(await rolewatch('rules')).toMatchObject({
    code: 1,
    err: expect.stringContaining('did you mean "rules"?'),
  });
});

it('lists the packs of the site with its parameters, without what it disabled', async () => {
  await file('my-rules/ivanti-epmm/wipe.yaml', RULE);
  await file(
    'rolewatch.yaml',
    `${SOURCES}rules:
  packs: [./my-rules]
  parameters: { epmm-few-can-wipe: { most: 8 } }
  disabled: [{ rule: epmm-single-session, reason: Not here. }]
`,
  );
  const { code, out } = await rolewatch('rules', '--json');
  const { rules, disabled } = JSON.parse(out) as {
    rules: { id: string; parameters: object }[];
    disabled: object[];
  };
  expect(code).toBe(0);
  expect(rules.find(({ id }) => id === 'site-no-wipe')).toMatchObject({ product: 'ivanti-epmm' });
  expect(rules.find(({ id }) => id === 'epmm-few-can-wipe')?.parameters).toEqual({ most: 8 });
  expect(rules.map(({ id }) => id)).not.toContain('epmm-single-session');
  expect(disabled).toEqual([{ rule: 'epmm-single-session', reason: 'Not here.' }]);
});

it('judges by the risks of the site, which are part of the digest', async () => {
  const digest = async (): Promise<string> =>
    (JSON.parse((await rolewatch('rules', '--json')).out) as { digest: string }).digest;
  await file('rolewatch.yaml', SOURCES);
  const shipped = await digest();
  const risk = 'risk: { mambo-emm: { permissions: { webhooks.view: { tier: critical, reason: Ours. } } } }';
  await file('rolewatch.yaml', `${SOURCES}rules: { ${risk} }\n`);
  expect(await digest()).not.toBe(shipped);
  const { rules } = await loadConfig(join(folder, 'rolewatch.yaml'));
  const { tiers } = await configuredRuleset(rules);
  expect(tiers.get('mambo-emm')?.ofPermission('webhooks.view').tier).toBe('critical');
});

it('names a setting for a rule that is not there', async () => {
  await file('rolewatch.yaml', `${SOURCES}rules: { parameters: { epmm-few-can-wip: { most: 8 } } }\n`);
  expect((await rolewatch('rules', 'list')).err).toContain(
    'rules.parameters.epmm-few-can-wip: no rule is called "epmm-few-can-wip"; did you mean "epmm-few-can-wipe"?',
  );
});

it('tests and lints a file that somebody is writing', async () => {
  await file('wipe.yaml', RULE);
  const path = join(folder, 'wipe.yaml');
  const about = ['--product', 'ivanti-epmm'];
  expect(await rolewatch('rules', 'test', path, ...about)).toMatchObject({
    code: 0,
    out: '2 passed, 0 failed\n',
  });
  expect(await rolewatch('rules', 'lint', path, ...about)).toMatchObject({
    code: 0,
    out: '1 rule, 0 faults\n',
  });
  await file('wipe.yaml', RULE.replace('any_of', 'none_of'));
  expect(await rolewatch('rules', 'test', path, ...about)).toMatchObject({
    code: 1,
    out: expect.stringContaining('"wipes": expected ann, found none'),
  });
  await file('wipe.yaml', RULE.replaceAll('Wipe device', 'Wipe devise'));
  expect(await rolewatch('rules', 'lint', path, ...about)).toMatchObject({
    code: 1,
    out: expect.stringContaining(
      'wipe.yaml:9:19 site-no-wipe.match.any_of[0]: no permission "Wipe devise" is known',
    ),
  });
});
