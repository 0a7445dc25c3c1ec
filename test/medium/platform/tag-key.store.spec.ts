import { randomBytes } from 'node:crypto';
import { Log } from '../../../src/platform/log.js';
import { loadTagKeys } from '../../../src/platform/tag-key.store.js';
import { freshDatabase, type TestDatabase } from '../../support/database.js';

let test: TestDatabase;
let lines: string[];
let log: Log;

beforeEach(async () => {
  test = await freshDatabase();
  lines = [];
  log = Log.to({ write: (line) => void lines.push(line) });
});
afterEach(() => test.drop());

describe('tag keys', () => {
  it('are made once and found again', async () => {
    const configured = randomBytes(32);
    const first = await loadTagKeys(test.db, configured, log);
    const again = await loadTagKeys(test.db, configured, log);
    expect(first.current.key).toHaveLength(32);
    expect(again.current).toEqual(first.current);
    expect(lines).toEqual([]);
  });

  it('are one, also when several processes begin at once', async () => {
    const configured = randomBytes(32);
    const all = await Promise.all([1, 2, 3, 4].map(() => loadTagKeys(test.db, configured, log)));
    expect(new Set(all.map(({ current }) => `${current.no} ${current.key.toString('hex')}`)).size).toBe(1);
  });

  it('are not in the database in the clear', async () => {
    const { current } = await loadTagKeys(test.db, randomBytes(32), log);
    const rows = await test.db.query<{ wrapped: Buffer }>('SELECT wrapped FROM tag_key');
    expect(rows.map(({ wrapped }) => wrapped.includes(current.key))).toEqual([false]);
  });

  it('get a successor, with a warning, when the configured key is another', async () => {
    const lost = await loadTagKeys(test.db, randomBytes(32), log);
    const replaced = randomBytes(32);
    const next = await loadTagKeys(test.db, replaced, log);
    expect(next.current.no).toBe(lost.current.no + 1);
    expect(next.get(lost.current.no)).toBeUndefined();
    expect(next.get(next.current.no)).toEqual(next.current.key);
    expect(lines.join('')).toContain('does not open the newest tag key');
    expect((await loadTagKeys(test.db, replaced, log)).current).toEqual(next.current);
  });

  it('stay readable under the key they were wrapped with, when it comes back', async () => {
    const [before, between] = [randomBytes(32), randomBytes(32)];
    const first = await loadTagKeys(test.db, before, log);
    const second = await loadTagKeys(test.db, between, log);
    const third = await loadTagKeys(test.db, before, log);
    expect(third.current.no).toBe(3);
    expect(third.get(1)).toEqual(first.current.key);
    expect(third.get(second.current.no)).toBeUndefined();
  });
});
