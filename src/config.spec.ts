import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, loadConfig } from './config.js';
import { projectFile } from './platform/project-files.js';
import { FOR_EVER } from './runs/retention/retention-config.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rolewatch-config-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function load(text: string | Buffer): Promise<Config> {
  const file = join(folder, 'rolewatch.yaml');
  await writeFile(file, text);
  return loadConfig(file);
}

/** The faults of a text, without the folder and the first line, which counts them. */
async function faults(text: string | Buffer): Promise<string[]> {
  const error: unknown = await load(text).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'RolewatchError', code: 'config-invalid' });
  const message = (error as Error).message.replaceAll(`${folder}/`, '');
  const lines = message.split('\n');
  return lines.length === 1 ? lines : lines.slice(1);
}

const FILES = 'sources:\n  - name: hq\n    kind: ivanti-epmm-files\n    folder: x\n';
const EPMM =
  'sources:\n  - { name: hq, kind: ivanti-epmm, url: "https://core.example.com", username: auditor, password: { env: PW }';

describe('a right file', () => {
  it('is given back with every default', async () => {
    const config = await load(`${EPMM} }\n`);
    expect(config).toEqual({
      server: {
        host: '127.0.0.1',
        port: 8080,
        tls: null,
        trustedProxies: [],
        publicUrl: null,
        roles: ['api', 'worker'],
      },
      rules: {
        packs: [],
        parameters: {},
        place: expect.any(Function),
        disabled: [],
        risk: {},
        waivers: null,
      },
      alerts: { smtp: null, hooks: [], routes: [], recipients: [], allQuiet: null, escalation: null },
      retention: FOR_EVER,
      sources: [
        {
          at: 'sources[0]',
          name: 'hq',
          kind: 'ivanti-epmm',
          url: 'https://core.example.com',
          basePath: '',
          caFile: null,
          username: 'auditor',
          password: { env: 'PW' },
          scopes: null,
          schedule: null,
          timezone: 'UTC',
          pageSize: 1_000,
          directoryDetail: 'minimal',
          simulated: false,
          hook: null,
          limits: {
            connectSeconds: 10,
            headersSeconds: 30,
            idleSeconds: 30,
            pageSeconds: 120,
            pageMiB: 32,
            tries: 5,
            retryAfterMinutes: 15,
            runMinutes: 30,
          },
        },
      ],
    });
  });

  it('may say everything itself', async () => {
    const config = await load(`
server: { host: "::1", port: 9000 }
sources:
  - name: hq
    kind: ivanti-epmm
    url: http://127.0.0.1:8443/
    basePath: /rest
    caFile: ./ca.pem
    username: auditor
    password: { file: secrets/hq }
    scopes: [1, "3"]
    schedule: "*/15 6-20 * * 1-5"
    timezone: Europe/Berlin
    pageSize: 500
    directoryDetail: full
    simulated: true
    limits: { tries: 2, runMinutes: 60 }
  - { name: branch, kind: ivanti-epmm-files, folder: /srv/exports, scopes: all }
`);
    expect(config.server).toMatchObject({ host: '::1', port: 9000 });
    expect(config.sources[0]).toMatchObject({
      url: 'http://127.0.0.1:8443',
      basePath: '/rest',
      caFile: join(folder, 'ca.pem'),
      password: { file: join(folder, 'secrets/hq') },
      scopes: ['1', '3'],
      schedule: '*/15 6-20 * * 1-5',
      limits: { tries: 2, runMinutes: 60, pageSeconds: 120 },
    });
    expect(config.sources[1]).toMatchObject({ at: 'sources[1]', folder: '/srv/exports', scopes: null });
  });

  it('is what docs/configuration.md shows', async () => {
    const manual = await readFile(projectFile('docs', 'configuration.md'), 'utf8');
    const [, example = ''] = /```yaml\n(.*?)```/s.exec(manual) ?? [];
    const config = await load(example);
    expect(config.sources.map(({ name }) => name)).toEqual(['hq', 'branch']);
    // every key is explained
    const { smtp, hooks, routes } = config.alerts;
    const alerts = [config.alerts, smtp ?? {}, smtp?.limits ?? {}, ...hooks, ...routes];
    const sections = [config, config.server, ...config.sources, config.sources[0]?.limits ?? {}, ...alerts];
    const keys = sections.flatMap(Object.keys);
    expect(
      keys.filter((key) => key !== 'at' && !manual.includes(`\`${key}`) && !manual.includes(`.${key}\``)),
    ).toEqual([]);
  });

  it('may repeat itself with anchors and begin with a byte order mark', async () => {
    const text = `\uFEFF${FILES}    limits: &slow { tries: 9 }\n  - { name: b, kind: ivanti-epmm-files, folder: y, limits: *slow }\n`;
    expect((await load(text)).sources[1]?.limits.tries).toBe(9);
  });
});

describe('a file with many faults', () => {
  it('has all of them listed at once, in its own order, and no value that could be a secret', async () => {
    const text = `
sources:
  - name: hq
    kind: ivanti-epm
    url: http://core.example.com
    usernme: auditor
    pasword: hunter2
    password: hunter2
    scopes: [1, 1]
    schedule: "0 0 30 2 *"
    timezone: Europe/Berln
    pageSize: 0
    limits: { tries: 50, pageSecs: 4 }
  - name: hq
    kind: ivanti-epmm-files
    fold: ./x
    simulated: yes
  - 5
  - name: Big One
    kind: ivanti-epmm
    url: https://auditor:hunter2@core.example.com
    basePath: rest/
    username: "auditor:hunter2"
    password: { env: "hunter2!" }
    scopes:
    schedule: "* * * *"
    directoryDetail: hunter2
    name: again
serve: {}
server: { port: http }
`;
    expect(await faults(text)).toEqual([
      'rolewatch.yaml:3:5 sources[0].username: missing; it must be the name of the account to read with, without a colon',
      'rolewatch.yaml:4:11 sources[0].kind: must be one of ivanti-epmm, ivanti-epmm-files, mambo-emm, mambo-emm-files; did you mean "ivanti-epmm"?',
      'rolewatch.yaml:5:10 sources[0].url: must be the address of the server such as https://core.example.com: http would show the password to everybody on the way',
      'rolewatch.yaml:6:5 sources[0].usernme: unknown key; did you mean "username"?',
      'rolewatch.yaml:7:5 sources[0].pasword: unknown key; did you mean "password"?',
      'rolewatch.yaml:8:15 sources[0].password: may not stand in this file; write { env: NAME } for an environment variable, or { file: PATH }',
      'rolewatch.yaml:9:13 sources[0].scopes: names a scope twice',
      'rolewatch.yaml:10:15 sources[0].schedule: never comes due: there is no such date',
      'rolewatch.yaml:11:15 sources[0].timezone: must be a time zone of the IANA list such as Europe/Berlin; did you mean "Europe/Berlin"?',
      'rolewatch.yaml:12:15 sources[0].pageSize: must be a whole number of rows from 1 to 10000',
      'rolewatch.yaml:13:22 sources[0].limits.tries: must be a whole number from 1 to 10',
      'rolewatch.yaml:13:26 sources[0].limits.pageSecs: unknown key; did you mean "pageSeconds"?',
      'rolewatch.yaml:14:5 sources[1].folder: missing; it must be the path of the folder with the exported answers',
      'rolewatch.yaml:14:11 sources[1].name: is the name of another source too; each needs its own',
      'rolewatch.yaml:16:5 sources[1].fold: unknown key; did you mean "folder"?',
      'rolewatch.yaml:17:16 sources[1].simulated: must be true or false',
      'rolewatch.yaml:18:5 sources[2]: must be a mapping with a kind',
      'rolewatch.yaml:21:10 sources[3].url: must not hold credentials; use username and password',
      'rolewatch.yaml:22:15 sources[3].basePath: must be empty, or begin and not end with a slash, such as /rest',
      'rolewatch.yaml:23:15 sources[3].username: must be the name of the account to read with, without a colon',
      'rolewatch.yaml:24:22 sources[3].password.env: must be the name of an environment variable, such as HQ_PASSWORD',
      'rolewatch.yaml:25:12 sources[3].scopes: must be all, or a list of ids such as [1, 3]',
      'rolewatch.yaml:26:15 sources[3].schedule: must be a cron expression of five fields such as "0 * * * *" (every full hour)',
      'rolewatch.yaml:27:22 sources[3].directoryDetail: must be one of minimal, full',
      'rolewatch.yaml:28:5 this key stands twice; keep one of them',
      'rolewatch.yaml:29:1 serve: unknown key; did you mean "server"?',
      'rolewatch.yaml:30:17 server.port: must be a whole number from 0 to 65535',
    ]);
  });
});

describe('each kind of fault', () => {
  const source = (line: string): string => `${FILES}    ${line}\n`;
  const epmm = (part: string): string => `${EPMM}, ${part} }\n`;

  it.each([
    ['no sources', '{}', 'sources: missing; it must be a list with at least one source'],
    ['an empty list', 'sources: []', 'sources: must be a list with at least one source'],
    [
      'an empty file',
      '',
      'rolewatch.yaml:1:1 must be a mapping of keys to values; known here: sources, server',
    ],
    ['a list', '- 1', 'rolewatch.yaml:1:1 must be a mapping of keys to values'],
    [
      'no kind',
      'sources: [{ name: hq, folder: x }]',
      'kind: missing; it must be one of ivanti-epmm, ivanti-epmm-files',
    ],
    [
      'another kind',
      'sources: [{ name: hq, kind: mambo }]',
      'kind: must be one of ivanti-epmm, ivanti-epmm-files',
    ],
    ['an empty name', FILES.replace('hq', '""'), 'name: must be a short name'],
    ['a key of the other kind', source('url: https://a.example'), 'url: unknown key; known here: kind, name'],
    ['an empty schedule', source('schedule:'), 'schedule: must be a cron expression'],
    [
      'seconds in a schedule',
      source('schedule: "0 0 * * * *"'),
      'schedule: must be a cron expression of five fields',
    ],
    ['an hour that no day has', source('schedule: "0 25 * * *"'), 'Invalid value for hour: 25'],
    ['a schedule that depends on the start', source('schedule: "? * * * *"'), '"?" would mean another time'],
    ['an offset as zone', source('timezone: "+01:00"'), 'timezone: must be a time zone'],
    ['a scope that is no id', source('scopes: [Global]'), 'scopes[0]: must be all, or a list of ids'],
    ['no scope at all', source('scopes: []'), 'scopes: must be all, or a list of ids'],
    ['limits that are no mapping', source('limits: 5'), 'limits: must be a mapping'],
    [
      'half a second',
      source('limits: { idleSeconds: 0.5 }'),
      'limits.idleSeconds: must be a whole number of seconds',
    ],
    [
      'a path in the address',
      EPMM.replace('.com', '.com/rest') + ' }',
      'url: must be the address of the server',
    ],
    ['another scheme', EPMM.replace('https', 'ftp') + ' }', 'url: must be the address of the server'],
    ['no address', EPMM.replace('https://', '') + ' }', 'url: must be the address of the server'],
    ['a base path that climbs', epmm('basePath: /a/..'), 'basePath: must be empty, or begin'],
    ['an empty certificate path', epmm('caFile: ""'), 'caFile: must be the path of a PEM file'],
    [
      'no password',
      EPMM.replace(', password: { env: PW }', '') + ' }',
      'password: missing; write { env: NAME }',
    ],
    [
      'two references',
      EPMM.replace('env: PW', 'env: PW, file: x') + ' }',
      'password: must have exactly one key',
    ],
    [
      'another reference',
      EPMM.replace('env: PW', 'fil: x') + ' }',
      'password.fil: unknown key; did you mean "file"?',
    ],
    ['a number as password', EPMM.replace('{ env: PW }', '12345') + ' }', 'password: must be a reference'],
    ['an empty reference', EPMM.replace('env: PW', 'file: ""') + ' }', 'password.file: must be the path'],
    [
      'a host that others reach',
      `${FILES}server: { host: 0.0.0.0 }`,
      'server.host: must be an address of this machine only',
    ],
    ['a prototype', `${FILES}__proto__: { sources: 1 }`, '__proto__: unknown key'],
    ['a merge key', source('<<: { simulated: true }'), '<<: merge keys are not known here'],
    ['an unknown tag', source('simulated: !yes 1'), 'rolewatch.yaml:5:16 tags are not known here'],
    ['an unknown alias', source('limits: *none'), 'rolewatch.yaml:5:13 no anchor of this name'],
    ['a second document', `${FILES}---\nsources: []\n`, 'a second document begins here'],
    ['a tab', 'sources:\n\t- 1\n', 'tabs cannot indent'],
    ['an open bracket', 'sources: [', 'rolewatch.yaml:1:'],
    ['endless nesting', '['.repeat(100_000), 'rolewatch.yaml:1:'],
    ['a huge file', '#'.repeat(300_000), 'larger than 262144 characters'],
    ['another encoding', Buffer.from('sources: [{ name: "\xe4" }]', 'latin1'), 'is not a UTF-8 text'],
  ])('%s', async (_, text, message) => {
    expect((await faults(text)).join('\n')).toContain(message);
  });

  it.each([
    '!hunter2',
    '*hunter2',
    '|hunter2',
    '"\\xhunter2"',
    '"x" hunter2',
    '%hunter2',
    '@hunter2',
    '- hunter2',
  ])('a password that does not even parse is not repeated: %s', async (password) => {
    const text = (await faults(`${EPMM.replace('{ env: PW }', password)} }`)).join();
    const block = (await faults(`sources:\n  - password: ${password}\n`)).join();
    expect(text + block).not.toContain('hunter2');
  });

  it('an alias bomb is refused before it grows', async () => {
    const lines = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);
    expect((await faults(`a0: &a0 [x]\n${lines.join('\n')}\n`)).join()).toContain(
      'aliases stand for more than is read here',
    );
  });

  it('a file that is not there is named, with the way to name another', async () => {
    await expect(loadConfig(join(folder, 'none.yaml'))).rejects.toThrow(
      /none\.yaml: there is no such file; .*--config FILE/,
    );
  });
});
