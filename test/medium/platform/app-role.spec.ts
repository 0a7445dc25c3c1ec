import { freshDatabase, type TestDatabase } from '../../support/database.js';

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
    "INSERT INTO alert (source, seq, no, kind, severity, body, recorded_at) VALUES ('s', 1, 1, 'k', 'high', '{}', now())",
    'SET ROLE rolewatch_test_owner',
  ])('is refused %s', async (statement) => {
    await expect(test.db.query(statement)).rejects.toMatchObject({ code: REFUSED });
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
