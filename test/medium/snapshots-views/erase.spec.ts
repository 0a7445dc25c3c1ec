import { NO_RULES } from '../../support/no-rules.js';
import { dnKey } from '../../../src/access/dn.js';
import { fsck } from '../../../src/runs/fsck/fsck.job.js';
import { eraseCommand } from '../../../src/snapshots/erase.command.js';
import { freshDatabase, type TestDatabase } from '../../support/database.js';
import { admin, catalogue, entry, space } from '../fsck/company.js';
import { asSuperuser, plant } from '../fsck/planted-store.js';
import { typed } from './command.js';

const ANN = 'CN=Ann,OU=Ops,DC=example,DC=com';
const staying = [
  space(1, 'Global'),
  ...catalogue(),
  admin('boss', { 1: [1] }),
  entry('GROUP', 'cn=all,dc=example'),
];
const leaving = [admin('ann', { 1: [7] }, { origin: 'LDAP', name: 'Ann A' }), entry('USER', ANN)];

describe('erase', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await freshDatabase();
    await plant(database, 'hq', [
      { records: [...staying, ...leaving], links: { ann: dnKey(ANN) } },
      { records: staying },
    ]);
  });
  afterEach(() => database.drop());

  const erase = (key: string, ...more: string[]) =>
    typed(database, eraseCommand, 'hq', key, '--reason', 'asked to', '--json', ...more);
  const errorOf = async (key: string, ...more: string[]) => {
    const { err } = await erase(key, ...more);
    return (JSON.parse(err) as { error: { code: string; message: string } }).error;
  };
  const named = () =>
    database.db.query(
      `select 1 from record where personal ->> 'name' = 'Ann A' union all select 1 from identity where match_key = 'ann'`,
    );

  it('blanks one identity, names its counterpart, and leaves every digest as it was', async () => {
    const { out, exitCode } = await erase('ann');
    expect(JSON.parse(out)).toMatchObject({ source: 'hq', done: 'erased', records: 1, also: [ANN] });
    expect(exitCode).toBe(0);
    expect(await named()).toEqual([]);
    const { sound } = await fsck(database.db, {
      rulebook: NO_RULES,
      signal: AbortSignal.timeout(60_000),
      progress: () => undefined,
    });
    expect(sound).toBe(true);
  });

  it('finds a DN in any spelling', async () => {
    const { out } = await erase('cn=ann , ou=OPS,dc=example,dc=com');
    expect(JSON.parse(out)).toMatchObject({ done: 'erased', records: 1, also: ['ann'] });
  });

  it('logs who was erased by number, never by name', async () => {
    const { out } = await erase('ann');
    const { identityId } = JSON.parse(out) as { identityId: string };
    const log = await database.db.query<{ detail: object }>(
      'select actor, action, source, detail from action_log',
    );
    expect(log).toMatchObject([
      { action: 'erase', source: 'hq', detail: { identityId, reason: 'asked to' } },
    ]);
    expect(JSON.stringify(log)).not.toMatch(/ann/i);
  });

  it('refuses while the source still shows the person', async () => {
    expect(await errorOf('boss')).toMatchObject({
      code: 'refused',
      message: expect.stringContaining('still shows boss'),
    });
  });

  it('refuses somebody who was never there, or is erased already', async () => {
    expect(await errorOf('nobody')).toMatchObject({ code: 'unknown-subject' });
    await erase('ann');
    expect(await errorOf('ann')).toMatchObject({ code: 'unknown-subject' });
  });

  it('refuses on legal hold, by command and in the database itself, until that is released', async () => {
    expect(JSON.parse((await erase('ann', '--hold')).out)).toMatchObject({ done: 'hold-placed' });
    expect(await errorOf('ann')).toMatchObject({
      code: 'refused',
      message: expect.stringContaining('legal hold'),
    });
    const straight = database.db.query(
      `select erase_identity('hq', identity_id) from identity where match_key = 'ann'`,
    );
    await expect(straight).rejects.toThrow('on legal hold');
    expect(await errorOf('ann', '--hold')).toMatchObject({ code: 'refused' });
    expect(JSON.parse((await erase('ann', '--release-hold')).out)).toMatchObject({ done: 'hold-released' });
    expect(await errorOf('ann', '--release-hold')).toMatchObject({ code: 'nothing-held' });
    expect((await erase('ann')).exitCode).toBe(0);
    const log = await database.db.query<{ action: string }>('select action from action_log order by id');
    expect(log.map(({ action }) => action)).toEqual(['legal-hold', 'legal-hold-released', 'erase']);
  });

  it('cannot be helped by the application rewriting a hold', async () => {
    await erase('ann', '--hold');
    await expect(database.db.query(`update legal_hold set reason = 'none'`)).rejects.toThrow(
      'permission denied',
    );
    await expect(database.db.query('delete from legal_hold')).rejects.toThrow('permission denied');
    await expect(
      database.db.query(`update legal_hold set released_at = now() - interval '1 day'`),
    ).rejects.toThrow('only be released, once, now');
  });

  it('refuses while the source is being read: the read would store the person again', async () => {
    await asSuperuser(database, (client) =>
      client.query(
        `insert into slot (source, due_at, trigger, state, epoch, lease_until, run_id) values ('hq', now(), 'manual', 'leased', 1, now() + interval '1 minute', 1)`,
      ),
    );
    expect(await errorOf('ann')).toMatchObject({ code: 'source-busy' });
    expect(await named()).not.toEqual([]);
  });
});
