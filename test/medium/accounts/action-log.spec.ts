import { verifyActionLog } from '../../../src/accounts/action-chain.view.js';
import { appendAction } from '../../../src/accounts/action-log.store.js';
import { connectAlone } from '../../../src/platform/connect.js';
import { freshDatabase, type TestDatabase } from '../../support/database.js';

let fresh: TestDatabase;
beforeEach(async () => {
  fresh = await freshDatabase();
});
afterEach(() => fresh.drop());

async function append(count: number): Promise<void> {
  for (let i = 1; i <= count; i += 1) {
    await fresh.db.transaction((tx) =>
      appendAction(tx, { actor: 'os:ann', action: 'resume', source: 'hq', detail: { i } }),
    );
  }
}

/** What only the owner can do, with the triggers off. */
async function tamper(sql: string): Promise<void> {
  const owner = await connectAlone(fresh.ownerUrl);
  await owner.query('ALTER TABLE action_log DISABLE TRIGGER USER');
  await owner.query(sql);
  await owner.end();
}

describe('the log of actions', () => {
  it('keeps what was done, by whom, in order', async () => {
    await append(2);
    const rows = await fresh.db.query('SELECT id, actor, action, source, detail FROM action_log ORDER BY id');
    expect(rows).toEqual([
      { id: '1', actor: 'os:ann', action: 'resume', source: 'hq', detail: { i: 1 } },
      { id: '2', actor: 'os:ann', action: 'resume', source: 'hq', detail: { i: 2 } },
    ]);
    expect(await verifyActionLog(fresh.db)).toBeNull();
  });

  it('has no row of what was rolled back, and no gap for it', async () => {
    const undone = fresh.db.transaction(async (tx) => {
      await appendAction(tx, { actor: 'os:ann', action: 'resume', detail: {} });
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    await append(1);
    expect(await fresh.db.query('SELECT id FROM action_log')).toEqual([{ id: '1' }]);
  });

  it('stays one chain when many write at once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => append(5)));
    expect(await fresh.db.query('SELECT count(*)::int AS n, max(id)::int AS last FROM action_log')).toEqual([
      { n: 40, last: 40 },
    ]);
    expect(await verifyActionLog(fresh.db)).toBeNull();
  });

  it('verifies whatever the detail holds', async () => {
    const detail = {
      text: 'NUL \0, lone \ud800 surrogate, \u202e, é',
      list: [1.5, 1e21, -0, null, true],
      when: new Date(0),
      absent: undefined,
      nested: { b: 1, a: { z: 'ä' } },
    };
    await fresh.db.transaction((tx) => appendAction(tx, { actor: 'os:\ud800', action: 'x', detail }));
    expect(await verifyActionLog(fresh.db)).toBeNull();
  });

  it.each([
    [
      'an edited detail',
      `UPDATE action_log SET detail = '{"i": 9}' WHERE id = 1001`,
      '1001',
      'its content is not what was hashed',
    ],
    [
      'another actor',
      `UPDATE action_log SET actor = 'os:bob' WHERE id = 2`,
      '2',
      'its content is not what was hashed',
    ],
    [
      'another time',
      `UPDATE action_log SET at = at + interval '1 microsecond' WHERE id = 2`,
      '2',
      'its content',
    ],
    ['a deleted row', 'DELETE FROM action_log WHERE id = 2', '3', 'row 2 is missing before it'],
    ['a deleted beginning', 'DELETE FROM action_log WHERE id = 1', '2', 'row 1 is missing before it'],
    [
      'a row whose hash was made to fit itself only',
      `UPDATE action_log SET previous_hash = hash WHERE id = 2`,
      '2',
      'does not follow',
    ],
  ])('names the first row that does not fit: %s', async (_, sql, id, why) => {
    // row 1001 lies beyond the rows that are read at once
    await append(sql.includes('1001') ? 1_002 : 3);
    await tamper(sql);
    expect(await verifyActionLog(fresh.db)).toEqual({ id, why: expect.stringContaining(why) as string });
  });
});
