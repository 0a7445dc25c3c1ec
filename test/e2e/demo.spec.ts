import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

// the whole story, on a machine that may be busy with other tests
jest.setTimeout(300_000);

const ROOT = resolve(__dirname, '../..');
const DEMO = join(ROOT, 'dist/demo/main.js');
const COMMAND = join(ROOT, 'bin/rolewatch.js');

/** A database of the machine that runs the demo is none of its business. */
const ELSEWHERE = { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nothing' };
const NOWHERE = { DATABASE_URL: '' };

interface Ended {
  readonly exitCode: number | null;
  readonly said: string;
}

let base: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  if (!existsSync(DEMO)) throw new Error('dist/ is missing: npm run build');
  base = await mkdtemp(join(tmpdir(), 'rolewatch-demo-'));
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(base, { recursive: true, force: true });
});

/** @param env on top of what this process has */
function start(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const ended = once(child, 'close').then(([exitCode]) => {
    children.delete(child);
    return { exitCode, said };
  });
  return { child, ended };
}

const running = (folder: string): boolean => existsSync(join(folder, 'postgres', 'postmaster.pid'));

describe('the demo, once', () => {
  let folder: string;
  let story: Ended;
  const days = new Map<string, string>();

  beforeAll(async () => {
    folder = join(base, 'once');
    story = await start(DEMO, ['--once', '--data', folder], ELSEWHERE).ended;
    for (const [, title = '', text = ''] of story.said.matchAll(/━━ Day \d+ · (.+?) ━+\n([^]*?)(?=\n━━ )/g))
      days.set(title, text);
  });

  const on = (title: string): string => {
    const text = days.get(title);
    if (text === undefined) throw new Error(`no day "${title}" in:\n${story.said}`);
    return text;
  };
  const times = (text: string, what: RegExp): number => [...text.matchAll(what)].length;

  it('plays every day and ends well', () => {
    expect(story).toMatchObject({ exitCode: 0 });
    expect(days.size).toBe(11);
  });

  it('gives each list its verdict and its proof', () => {
    for (const text of days.values()) expect(text).toMatch(/complete +device_spaces.*3 of 3 rows/);
  });

  it('says at the first reading who can create admins, and which account is its own', () => {
    const day = on('The first reading');
    expect(times(day, /critical: Manage administrators and device spaces \(role 1\)/g)).toBe(3);
    expect(day).toMatch(/\(auditor\): local admin; the account this source is read with/);
  });

  it('reports a new super-admin once, with risk, cause and window', () => {
    const day = on('A new super-admin');
    expect(day).toMatch(/\[critical\] Night shift \(night\.shift\)/);
    expect(day).toMatch(/\[critical\] holds "Manage administrators and device spaces" in Global/);
    expect(day).toMatch(/cause: assignment; on \d{4}-\d\d-\d\d between [\d:]+ and [\d:]+ UTC/);
    expect(times(story.said, /Night shift \(night\.shift\)/g)).toBe(2);
    expect(on('The night shift is over')).toMatch(
      /Night shift \(night\.shift\)[^]*only in the earlier snapshot/,
    );
  });

  it.each([
    ['A role in a second space', /cara\.cole[^]*"Wipe device" in Retail Stores/],
    [
      'A role grows with an upgrade',
      /Manage devices, restricted[^]*gained: Retire device[^]*cause: catalogue/,
    ],
    ['A group grows', /Field Ops[^]*members: 9, later 13, unknown[^]*cause: group/],
    ['A new colleague at the helpdesk', /Helpdesk[^]*members: 12, later 13[^]*ursula\.vale[^]*cause: ou/],
  ])('%s: one subject, with its cause', (title, expected) => {
    const day = on(title);
    expect(day).toMatch(expected);
    expect(times(day, /^\[(critical|high|medium|low)\]/gm)).toBe(1);
  });

  it('says which lists were cut off, and that nobody is gone', () => {
    const day = on('A reading is cut off in the middle');
    expect(times(day, /^ +partial +ldap_entity_summary.*the answer is cut off/gm)).toBe(3);
    expect(day).not.toMatch(/finn\.frost|only in the earlier snapshot/);
  });

  it('holds what is too much to be believed, and names the command that releases it', () => {
    const day = on('Seven admins are gone at once');
    expect(day).toMatch(/finn\.frost[^]*only in the earlier snapshot/);
    expect(day).not.toMatch(/\[.*\] ext\./);
    expect(day).toContain(
      'rolewatch accept-shrink hq --stream user_summary --scope 1 --expect 7 --reason REASON',
    );
    expect(day).toContain('rolewatch accept-shrink hq --stream users --scope - --expect 7 --reason REASON');
  });

  it('lets the contractors go once somebody confirms it', () => {
    const day = on('Somebody confirms it');
    expect(times(day, /^\[high\] ext\.\w+, local admin/gm)).toBe(7);
    expect(day).not.toContain('Held:');
  });

  it('plays the days of the team: latent rights, tokens for everything, roles that grow', () => {
    const titled = /━━ The team, day \d+ · (.+?) ━+\n([^]*?)(?=\n━━ )/g;
    const played = new Map(
      [...story.said.matchAll(titled)].map(([, title = '', text = '']) => [title, text]),
    );
    expect(played.size).toBe(6);
    expect(played.get('The pipeline may wipe, in vain')).toMatch(
      /held without effect \(latent\): device-commands\.wipe[^]*device-commands\.wipe \(latent: needs devices\.view\)/,
    );
    expect(played.get('And now it may')).toMatch(
      /"devices"[^]*: none, later view[^]*gained: device-commands\.wipe; devices\.view/,
    );
    expect(played.get('A token for everything')).toMatch(
      /\[critical\] test, delete me \(tok-test\), access token/,
    );
    expect(played.get('A role is raised')).toMatch(
      /Helpdesk \(helpdesk\), role[^]*"members": view, later manage[^]*affected: Ben Bauer \(ben\), member; Cal Costa/,
    );
    expect(played.get('The same from a file')).toMatch(/tok-test[^]*device-commands\.wipe/);
  });

  it('says nothing of another spelling', () => {
    expect(on('A quiet day, spelt differently')).toMatch(/\nNo changes\.\n/);
  });

  it('mails what somebody should know, and keeps each mail to be opened', async () => {
    const told = [...story.said.matchAll(/^Mail to security@example\.com: (.+)$/gm)].map(
      ([, subject]) => subject,
    );
    expect(told[0]).toMatch(/first time: 7 holders of high-risk \w+; \d+ findings \(hq\)$/);
    expect(told[1]).toMatch(/critical: night\.shift appeared with Manage administrators/);
    const kept = await readdir(join(folder, 'mail'));
    expect(kept.filter((name) => name.endsWith('.eml'))).toHaveLength(told.length);
    const first = await readFile(join(folder, 'mail', '001.html'), 'utf8');
    expect(first).toMatch(/\d+ findings opened at the first judging, the worst: /);
  });

  it('judges, and ends with a report and evidence that verifies', async () => {
    expect(story.said).toMatch(/rolewatch check hq \| head[^]*CRITICAL[^]*miadmin/);
    expect(story.said).toMatch(/Everything holds: hq, snapshots 1 to 11,/);
    expect(await readFile(join(folder, 'report.html'), 'utf8')).toContain('cara.cole');
    expect(existsSync(join(folder, 'evidence.zip'))).toBe(true);
  });

  it('leaves a database that holds every invariant, and no server', async () => {
    expect(running(folder)).toBe(false);
    const fsck = start(COMMAND, ['fsck', '--data', folder], NOWHERE);
    expect(await fsck.ended).toMatchObject({ exitCode: 0 });
  });
});

describe('the demo, served', () => {
  it('shows the latest drift, and leaves nothing running after Ctrl-C', async () => {
    const folder = join(base, 'served');
    const { child, ended } = start(DEMO, ['--data', folder], ELSEWHERE);
    const address = await new Promise<string>((found, lost) => {
      let said = '';
      child.stdout?.on('data', (chunk) => {
        said += String(chunk);
        const [, at] = /rolewatch is at (http:\/\/127\.0\.0\.1:\d+)/.exec(said) ?? [];
        if (at !== undefined) found(at);
      });
      void ended.then(({ said: all }) => lost(new Error(all)));
    });
    const page = await (await fetch(address)).text();
    expect(page).toContain('night.shift');
    expect(await (await fetch(`${address}/health`)).json()).toMatchObject({
      sources: [{ source: 'field' }, { source: 'field-export' }, { source: 'hq', lastSnapshot: { seq: 11 } }],
    });
    // as npm does, which passes the terminal's signal on to a process that has it already
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ exitCode: 0 });
    expect(running(folder)).toBe(false);
  });
});

describe("a folder that is not the demo's", () => {
  it('is left as it is', async () => {
    const folder = join(base, 'mine');
    await mkdir(folder);
    await writeFile(join(folder, 'diary.txt'), 'mine');
    const { exitCode, said } = await start(DEMO, ['--once', '--data', folder], ELSEWHERE).ended;
    expect(exitCode).toBe(1);
    expect(said).toContain('is not a folder of the demo');
    expect(await readdir(folder)).toEqual(['diary.txt']);
  });
});
