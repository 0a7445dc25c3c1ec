import { freshDatabase, type TestDatabase } from '../../support/database.js';
import { asSuperuser } from '../fsck/planted-store.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await freshDatabase();
});
afterAll(() => test.drop());

const REFUSED = '42501';

describe('the application role', () => {
  it.each([
    'ALTER TABLE snapshot ADD COLUMN note text',
    'DROP TRIGGER refuse_rewrite ON snapshot',
    'CREATE TABLE mine (n int)',
    'CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
    'DELETE FROM snapshot',
    'DELETE FROM record',
    'DELETE FROM slot',
    'TRUNCATE snapshot',
    'TRUNCATE stage_record',
    "UPDATE snapshot SET manifest = ''",
    "UPDATE record SET body = '{}'",
    "UPDATE identity SET shown_key = 'x'",
    'UPDATE action_log SET actor = actor',
    'UPDATE tag_key SET wrapped = wrapped',
    'DELETE FROM tag_key',
    "INSERT INTO journal (no, at, about, key, how, by, content, hash) VALUES (1, now(), 'slot', '{}', 'written', 'me', '', '')",
    'DELETE FROM journal',
    "SELECT journal_append('slot', '{}', 'written', '')",
    "SELECT journal_adopt('slot', 'source due_at', '')",
    "INSERT INTO alert (source, seq, no, kind, severity, body, recorded_at) VALUES ('s', 1, 1, 'k', 'high', '{}', now())",
    'SET ROLE rolewatch_test_owner',
  ])('is refused %s', async (statement) => {
    await expect(test.db.query(statement)).rejects.toMatchObject({ code: REFUSED });
  });

  it.each([
    "INSERT INTO observation (source, seq, stream, scope, verdict, rows, pages, stated_by, reads, unconfirmed, held) VALUES ('s', 2, 'users', '', 'complete', 1, 1, 'x', 1, 0, 0)",
    "INSERT INTO hold (source, seq, stream, scope, identity_id) VALUES ('s', 2, 'users', '', 1)",
    "INSERT INTO change (source, seq, no, what, cause, seen_at, body) VALUES ('s', 2, 1, 'role-granted', 'assignment', now(), '{}')",
    "INSERT INTO watch (source, stream, scope, from_seq) VALUES ('s', 'users', '', 2)",
    "INSERT INTO action_log (id, at, actor, action, detail, hash) VALUES (1, '2020-01-01', 'os:x', 'erase', '{}', '\\x00')",
    "INSERT INTO action_log (id, at, actor, action, detail, hash) VALUES (7, clock_timestamp(), 'os:x', 'erase', '{}', '\\x00')",
  ])('cannot date elsewhere than now: %s', async (statement) => {
    await expect(test.db.query(statement)).rejects.toMatchObject({ code: REFUSED });
  });

  it.each([
    'UPDATE watch SET first_complete_seq = 1',
    'UPDATE watch SET until_seq = 2',
    'UPDATE watch SET until_seq = 3, first_complete_seq = NULL',
    'UPDATE release SET used_seq = NULL',
    'UPDATE release SET used_seq = 3',
  ])('cannot step back: %s', async (statement) => {
    const planted = await freshDatabase();
    try {
      await plantSteps(planted);
      await expect(planted.db.query(statement)).rejects.toMatchObject({ code: REFUSED });
    } finally {
      await planted.drop();
    }
  });

  it('may do what a run needs', async () => {
    await test.db.transaction(async (tx) => {
      await tx.execute("INSERT INTO source (name, kind) VALUES ('hq', 'ivanti-epmm')");
      await tx.execute("INSERT INTO slot (source, due_at, trigger) VALUES ('hq', now(), 'manual')");
      await tx.execute("UPDATE slot SET state = 'leased', epoch = epoch + 1");
      const [run] = await tx.query<{ id: string }>(
        "INSERT INTO run (source, due_at, epoch, base_seq) VALUES ('hq', now(), 1, 0) RETURNING id",
      );
      expect(
        await tx.copy('stage_seen (run_id, stream, scope, attempt, identity_id, tag, page_no)', [
          [run?.id ?? '', 'users', '1', 1, 7n, Buffer.alloc(32), 1],
        ]),
      ).toBe(1);
      expect(await tx.execute('DELETE FROM stage_seen')).toBe(1);
    });
    expect(await test.db.prisma.source.findMany({ select: { name: true, lastSeq: true } })).toEqual([
      { name: 'hq', lastSeq: 0 },
    ]);
  });
});

/** Two snapshots, one known list, one release that was used. */
async function plantSteps(database: TestDatabase): Promise<void> {
  await asSuperuser(database, async (client) => {
    await client.query(
      `insert into snapshot (source, seq, recorded_at, root, manifest, digest)
       select 's', n, now(), sha256(''), '', sha256('') from generate_series(1, 2) n`,
    );
    await client.query(`insert into watch values ('s', 'users', '', 1, 2, null)`);
    await client.query(
      `insert into release (source, stream, scope, hold_seq, expected, reason, actor, used_seq) values ('s', 'users', '', 1, 1, 'r', 'x', 2)`,
    );
  });
}
