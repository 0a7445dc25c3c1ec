import { acceptShrinkCommand } from '../../../src/snapshots/accept-shrink.command.js';
import { snapshotsCommand } from '../../../src/snapshots/snapshots.command.js';
import { freshDatabase, type TestDatabase } from '../../support/database.js';
import { admin, catalogue, listed, space } from '../fsck/company.js';
import { plant } from '../fsck/planted-store.js';
import { typed } from './command.js';

const people = ['a', 'b', 'c', 'd', 'e', 'f'];
const records = [
  space(1, 'Global'),
  space(2, 'Berlin'),
  ...catalogue(),
  ...people.flatMap((key) => [listed(key), admin(key, { 1: [7] }, { name: `Name of ${key}` })]),
  ...people.map((key) => admin(key, { 2: [7] }, { scope: '2' })),
];
const held = records.filter(({ stream, matchKey }) => stream !== 'roles' && ['a', 'b'].includes(matchKey));
const observed = {
  'user_summary/1': { held: 2, why: 'more than max(5, 20 %)' },
  'user_summary/2': { held: 2, why: 'more than max(5, 20 %)' },
  'users/': { held: 2, why: 'more than max(5, 20 %)' },
};

describe('accept-shrink', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await freshDatabase();
    await plant(database, 'hq', [{ records }, { records, held, observed }]);
    await plant(database, 'calm', [{ records }]);
  });
  afterEach(() => database.drop());

  const accept = (source: string, stream: string, scope: string, expect: number) =>
    typed(database, acceptShrinkCommand, source, '--json', '--stream', stream, '--scope', scope, '--expect', String(expect), '--reason', 'they left'); // prettier-ignore
  const releases = () =>
    database.db.query('select stream, scope, hold_seq, expected, reason, used_seq from release order by id');
  const log = () => database.db.query('select action, source, detail from action_log');

  it('writes one release for each list, and the log, in one go', async () => {
    const { out, exitCode } = await accept('hq', 'user_summary', 'all', 4);
    expect(JSON.parse(out)).toEqual({
      source: 'hq',
      seq: 2,
      released: [
        { stream: 'user_summary', scope: '1', held: 2 },
        { stream: 'user_summary', scope: '2', held: 2 },
      ],
      next: 'rolewatch run hq',
    });
    expect(exitCode).toBe(0);
    const one = { stream: 'user_summary', hold_seq: 2, expected: 2, reason: 'they left', used_seq: null };
    expect(await releases()).toEqual([
      { ...one, scope: '1' },
      { ...one, scope: '2' },
    ]);
    expect(await log()).toMatchObject([
      { action: 'accept-shrink', source: 'hq', detail: { seq: 2, reason: 'they left' } },
    ]);
  });

  it('takes - for a list of the whole source', async () => {
    const { out } = await accept('hq', 'users', '-', 2);
    expect(JSON.parse(out)).toMatchObject({ released: [{ stream: 'users', held: 2 }] });
    expect(await releases()).toMatchObject([{ stream: 'users', scope: '' }]);
  });

  it.each([
    [
      'hq',
      'user_summary',
      'all',
      3,
      'expectation-failed',
      /expected 3, but 4 are held.*\n {2}a \(Name of a\)\n/,
    ],
    [
      'hq',
      'user_summary',
      '3',
      2,
      'nothing-held',
      /--stream user_summary --scope 1\).*--stream users --scope -\)/,
    ],
    ['hq', 'user_sumary', 'all', 2, 'nothing-held', /holds nothing there/],
    ['calm', 'users', '-', 2, 'nothing-held', /the latest snapshot of calm holds nothing/],
    ['hg', 'users', '-', 2, 'unknown-source', /did you mean "hq"/],
  ])('refuses %s %s %s %i as %s, and writes nothing', async (source, stream, scope, n, code, message) => {
    const { err, exitCode } = await accept(source, stream, scope, n);
    const { error } = JSON.parse(err) as { error: { code: string; message: string } };
    expect([exitCode, error.code]).toEqual([1, code]);
    expect(error.message).toMatch(message);
    expect([await releases(), await log()]).toEqual([[], []]);
  });

  it('refuses to release the same hold twice', async () => {
    await accept('hq', 'users', '-', 2);
    const { err } = await accept('hq', 'users', '-', 2);
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'refused' } });
    expect(await releases()).toHaveLength(1);
  });

  it('is told by `snapshots` how many are held, and why', async () => {
    const { out } = await typed(database, snapshotsCommand, 'hq', '--last', '1');
    expect(out).toMatch(
      /^hq 2 {2}2026-01-01T02:00:00.000Z\n {2}digest [0-9a-f]{64}\n {2}root {3}[0-9a-f]{64}\n/,
    );
    expect(out).toContain(
      'complete user_summary, space 1: 6 of 6 rows, 1 page, 1 read, 2 held (more than max(5, 20 %))',
    );
    expect(out).not.toContain('hq 1');
  });

  it('lists the snapshots of every source as JSON, the newest first, each on the digest of the one before', async () => {
    const { out } = await typed(database, snapshotsCommand, '--json');
    const { snapshots } = JSON.parse(out) as { snapshots: Record<string, unknown>[] };
    expect(snapshots.map(({ source, seq }) => [source, seq])).toEqual([
      ['calm', 1],
      ['hq', 2],
      ['hq', 1],
    ]);
    expect(snapshots[1]?.['previousDigest']).toBe(snapshots[2]?.['digest']);
    expect(snapshots[2]).not.toHaveProperty('previousDigest');
  });
});
