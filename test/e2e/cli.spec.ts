import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localHeaderBytes } from '../../src/evidence/archive-format.js';
import { freshDatabase } from '../support/database.js';

const BIN = join(import.meta.dirname, '../../bin/rolewatch.js');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rolewatch-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function rolewatch(argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...argv], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('the command rolewatch', () => {
  it('explains itself without a configuration, a database or a trace on the disk', () => {
    const { status, stdout, stderr } = rolewatch(['--help']);
    expect([status, stderr]).toEqual([0, '']);
    const commands = [...stdout.matchAll(/^ {2}([a-z-]+) \[options\]/gm)].map(([, name]) => String(name));
    expect(commands).toContain('snapshots');
    for (const command of commands) {
      const help = rolewatch([command, '--help']);
      expect([command, help.status]).toEqual([command, 0]);
      expect(help.stdout).toContain(`\n  rolewatch ${command}`);
    }
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it('names the nearest command', () => {
    expect(rolewatch(['snapshot'])).toEqual({
      status: 1,
      stdout: '',
      stderr: "rolewatch: unknown command 'snapshot' (Did you mean snapshots?)\n",
    });
  });

  it('bears a reader that goes away', () => {
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', 'set -o pipefail; "$0" "$1" --help | true', process.execPath, BIN],
      {
        encoding: 'utf8',
      },
    );
    expect([status, stderr]).toEqual([0, '']);
  });

  it.each([24, 64, 128, 200, 224, 256])('says that it may open too few files (%i)', (files) => {
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', `ulimit -n ${files}; "$0" "$1" --help > /dev/null`, process.execPath, BIN],
      { encoding: 'utf8' },
    );
    // how many are enough depends on how many are read at once
    if (status !== 0) expect(stderr).toMatch(/^rolewatch: too many open files: .*1024 are enough/);
    else expect(stderr).toBe('');
  });

  it('takes no archive for whole of which a disk that is nearly full took a part', () => {
    const writer = join(import.meta.dirname, '../../dist/src/evidence/write-archive.job.js');
    const place = join(folder, 'full.zip');
    // 4 KiB end within the directory, the last that is written
    const content = 4_096 - localHeaderBytes('x') - 10;
    const work = `(archive) => archive.add('x', [Buffer.alloc(${content})])`;
    const script = `import { writeArchive } from '${writer}'; await writeArchive('${place}', ${work});`;
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', 'ulimit -f 4; "$0" --input-type=module -e "$1"', process.execPath, script],
      { encoding: 'utf8' },
    );
    expect([status, existsSync(place), existsSync(`${place}.part`)]).toEqual([1, false, false]);
    expect(stderr).toContain(`${place} cannot be written: EFBIG`);
  });

  it('keeps the file that was there where a disk takes but a part of the new one', () => {
    const writer = join(import.meta.dirname, '../../dist/src/platform/write-whole.js');
    const place = join(folder, 'report.html');
    writeFileSync(place, 'as it was');
    const written = (kilobytes: number) =>
      spawnSync(
        'bash',
        [
          '-c',
          `ulimit -f ${kilobytes}; "$0" --input-type=module -e "$1"`,
          process.execPath,
          `import { writeWhole } from '${writer}'; await writeWhole('${place}', 'x'.repeat(5_000));`,
        ],
        { encoding: 'utf8' },
      );
    expect(written(4)).toMatchObject({ status: 1, stderr: expect.stringContaining('EFBIG') as string });
    expect(readFileSync(place, 'utf8')).toBe('as it was');
    expect(readdirSync(folder).filter((name) => name.startsWith('report.html'))).toEqual(['report.html']);
    expect(written(8)).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(place, 'utf8')).toHaveLength(5_000);
  });

  it('answers from the database that DATABASE_URL names, one document on stdout and nothing else', async () => {
    const fresh = await freshDatabase();
    try {
      const env = {
        MIGRATE_DATABASE_URL: fresh.ownerUrl,
        DATABASE_URL: fresh.appUrl,
        ROLEWATCH_KEY: Buffer.alloc(32, 1).toString('base64'),
      };
      const { status, stdout, stderr } = rolewatch(['snapshots', '--json'], env);
      expect([status, stderr]).toEqual([0, '']);
      expect(JSON.parse(stdout)).toEqual({ snapshots: [] });
    } finally {
      await fresh.drop();
    }
  });

  it('says which database it cannot reach, and not how it would have signed in', () => {
    const env = {
      DATABASE_URL: 'postgresql://app:hunter2@127.0.0.1:1/none',
      ROLEWATCH_KEY: Buffer.alloc(32).toString('base64'),
    };
    const { status, stdout, stderr } = rolewatch(['snapshots', '--json'], env);
    expect([status, stdout]).toEqual([1, '']);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'database-unreachable' } });
    expect(stderr).toContain('127.0.0.1:1');
    expect(stderr).not.toContain('hunter2');
  });
});
