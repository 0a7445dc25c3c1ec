import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { connectAlone } from '../../../src/platform/connect.js';
import { type Embedded, openEmbedded } from '../../../src/platform/embedded-postgres/open-embedded.js';
import { projectFile } from '../../../src/platform/project-files.js';

let dataDir: string;
let users: User[];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rolewatch-embedded-'));
  users = [];
});
afterEach(async () => {
  for (const user of users) user.child.kill('SIGKILL');
  // whatever a failed test left running goes with the last user
  if (isUp()) await (await openEmbedded({ dataDir, durable: false })).close();
  await rm(dataDir, { recursive: true });
});

/** A process that uses the server of the folder. */
class User {
  readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterableIterator<string>;
  private errors = '';

  constructor() {
    this.child = spawn(process.execPath, [
      projectFile('test/support/typescript.cjs'),
      projectFile('test/support/use-embedded.ts'),
      dataDir,
    ]);
    this.child.stderr.on('data', (text) => (this.errors += String(text)));
    this.lines = createInterface(this.child.stdout)[Symbol.asyncIterator]();
    users.push(this);
  }

  async says(word: string): Promise<void> {
    const { value } = (await this.lines.next()) as IteratorResult<string, undefined>;
    if (value !== word) throw new Error(`"${word}" was expected, not "${value ?? this.errors}"`);
  }

  async leave(): Promise<void> {
    this.child.stdin.end();
    await this.says('left');
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

async function userThatIsIn(): Promise<User> {
  const user = new User();
  await user.says('open');
  return user;
}

const lockFile = (): string => join(dataDir, 'postgres/postmaster.pid');
const isUp = (): boolean => existsSync(lockFile());
const serverPid = (): number => Number(readFileSync(lockFile(), 'utf8').split('\n')[0]);

async function query(server: Embedded, sql: string): Promise<unknown[]> {
  const client = await connectAlone(server.ownerUrl);
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
}

describe('an embedded server', () => {
  it('is one for processes that begin at the same moment, and stops with the last', async () => {
    const three = [new User(), new User(), new User()];
    await Promise.all(three.map((user) => user.says('open')));
    for (const user of three) {
      expect(isUp()).toBe(true);
      await user.leave();
    }
    expect(isUp()).toBe(false);
  });

  it('stays for the others when one who uses it is killed, be it the one that started it', async () => {
    const first = await userThatIsIn();
    const second = await userThatIsIn();
    await first.kill();
    const third = await userThatIsIn();
    await second.leave();
    expect(isUp()).toBe(true);
    await third.leave();
    expect(isUp()).toBe(false);
  });

  it('is not kept by users who were killed', async () => {
    const [first, second] = [await userThatIsIn(), await userThatIsIn()];
    await first.kill();
    await second.kill();
    const last = await userThatIsIn();
    await last.leave();
    expect(isUp()).toBe(false);
  });

  it('comes back after it was killed, with what was committed', async () => {
    const before = await openEmbedded({ dataDir });
    await query(before, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)');
    process.kill(serverPid(), 'SIGKILL');
    const after = await openEmbedded({ dataDir });
    expect(await query(after, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
    expect(after.ownerUrl).toBe(before.ownerUrl);
    await before.close();
    expect(await query(after, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
    await after.close();
    expect(isUp()).toBe(false);
  });

  it('is started again for a process that goes on using it', async () => {
    const server = await openEmbedded({ dataDir, durable: false });
    const killed = serverPid();
    process.kill(killed, 'SIGKILL');
    const answer = await eventually(() => query(server, 'SELECT 1 AS one'));
    expect(answer).toEqual([{ one: 1 }]);
    expect(serverPid()).not.toBe(killed);
    await server.close();
    expect(isUp()).toBe(false);
  });

  it('is not misled by a lock file whose process id belongs to another program by now', async () => {
    await (await openEmbedded({ dataDir, durable: false })).close();
    writeFileSync(
      lockFile(),
      [process.pid, join(dataDir, 'postgres'), 1, 5432, '', '127.0.0.1', '', 'ready'].join('\n'),
    );
    const server = await openEmbedded({ dataDir, durable: false });
    expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.close();
  });

  it('is not kept out by a lock file that a crash left empty, and lets one be that is just being written', async () => {
    await (await openEmbedded({ dataDir, durable: false })).close();
    writeFileSync(lockFile(), '');
    const opening = openEmbedded({ dataDir, durable: false });
    await delay(1000);
    expect(readFileSync(lockFile(), 'utf8')).toBe('');
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(lockFile(), longAgo, longAgo);
    const server = await opening;
    expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.close();
  });

  it('lets nobody in without the password, which only we can read', async () => {
    const server = await openEmbedded({ dataDir, durable: false });
    expect(statSync(join(dataDir, 'postgres.json')).mode & 0o777).toBe(0o600);
    for (const url of [server.adminUrl, server.ownerUrl, server.appUrl]) {
      const guessed = new URL(url);
      guessed.password = 'guess';
      await expect(connectAlone(guessed.href)).rejects.toMatchObject({ code: 'database-unreachable' });
      guessed.password = '';
      await expect(connectAlone(guessed.href)).rejects.toMatchObject({ code: 'database-unreachable' });
    }
    await server.close();
  });

  it('stores UTF-8 in UTC whatever the environment says', async () => {
    const server = await openEmbedded({ dataDir, durable: false });
    expect(
      await query(
        server,
        "SELECT current_setting('server_encoding') AS encoding, current_setting('log_timezone') AS zone",
      ),
    ).toEqual([{ encoding: 'UTF8', zone: 'UTC' }]);
    await server.close();
  });

  it('says what is wrong where the passwords are lost', async () => {
    await (await openEmbedded({ dataDir, durable: false })).close();
    const file = join(dataDir, 'postgres.json');
    const saved = readFileSync(file, 'utf8');
    await rm(file);
    await expect(openEmbedded({ dataDir })).rejects.toMatchObject({
      code: 'embedded-postgres',
      message: expect.stringContaining(file),
    });
    writeFileSync(file, saved, { mode: 0o600 });
  });
});

/** Repeats what fails until it does not; the test's own time limit ends it. */
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    const result = await attempt().then(
      (value) => ({ value }),
      () => undefined,
    );
    if (result !== undefined) return result.value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
