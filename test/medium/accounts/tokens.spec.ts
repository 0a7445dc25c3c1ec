import { verifyActionLog } from '../../../src/accounts/action-chain.view.js';
import { createToken, revokeToken } from '../../../src/accounts/api-token.store.js';
import { tokenCreateCommand } from '../../../src/accounts/token-create.command.js';
import { tokenListCommand } from '../../../src/accounts/token-list.command.js';
import { tokenRevokeCommand } from '../../../src/accounts/token-revoke.command.js';
import { readToken } from '../../../src/accounts/api-token.js';
import { freshDatabase, type TestDatabase } from '../../support/database.js';
import { typed } from '../snapshots-views/command.js';

let fresh: TestDatabase;
beforeEach(async () => {
  fresh = await freshDatabase();
});
afterEach(() => fresh.drop());

const create = (...more: string[]) =>
  typed(
    fresh,
    tokenCreateCommand,
    '--name',
    'night shift',
    '--role',
    'operator',
    '--expires',
    '90d',
    ...more,
  );

const actions = () => fresh.db.query(`SELECT actor, action, detail FROM action_log ORDER BY id`);

describe('rolewatch accounts token', () => {
  it('shows a token once, and keeps only its hash', async () => {
    const { exitCode, out, err } = await create();
    const token = out.trim();
    expect([exitCode, err]).toEqual([0, '']);
    const { prefix, hash } = readToken(token)!;
    const [row] = await fresh.db.query<{ hash: Buffer; all: string }>(
      `SELECT hash, (SELECT string_agg(t::text, '') || (SELECT string_agg(a::text, '') FROM action_log a) FROM api_token t) AS all FROM api_token`,
    );
    expect(row?.hash.equals(hash)).toBe(true);
    expect(row?.all).toContain(prefix);
    expect(row?.all).not.toContain(token.slice(12, 30));
    const list = await typed(fresh, tokenListCommand, '--json');
    expect(list.out).not.toContain(token.slice(12, 30));
    expect(JSON.parse(list.out).tokens).toMatchObject([
      { id: 1, name: 'night shift', prefix, role: 'operator', sources: null, state: 'valid' },
    ]);
  });

  it('is for some sources only where they are named, each with its own option', async () => {
    const { out } = await create('--source', 'hq', '--source', 'hq', '--json');
    expect(JSON.parse(out)).toMatchObject({ id: 1, sources: ['hq'], token: expect.stringMatching(/^rw_/) });
    const slip = await create('--source', 'hk');
    expect(slip).toMatchObject({ exitCode: 1, out: '' });
    expect(slip.err).toContain('no source is called "hk"; did you mean "hq"?');
  });

  it.each(['a\0b', 'a\u001b[2Jb', 'a\nb', 'a\tb', 'a\u202eb', 'a\u200bb'])(
    'is not called by what cannot be seen: %j',
    async (name) => {
      const made = await typed(
        fresh,
        tokenCreateCommand,
        '--name',
        name,
        '--role',
        'viewer',
        '--expires',
        '90d',
      );
      expect([made.exitCode, made.out]).toEqual([1, '']);
      expect(made.err).toMatch(/--name has a character that cannot be seen \(a\\u[0-9a-f]{4}/);
      expect(await actions()).toEqual([]);
    },
  );

  it.each([
    ['--role', 'root', 'must be one of viewer'],
    ['--expires', '5y', '--expires must be'],
    ['--name', ' ', '--name must say'],
  ])('refuses %s %s', async (option, value, why) => {
    const { exitCode, err } = await create(option, value);
    expect([exitCode, err]).toEqual([1, expect.stringContaining(why)]);
    expect(await actions()).toEqual([]);
  });

  it('ends once', async () => {
    await create();
    expect(await typed(fresh, tokenRevokeCommand, '1')).toMatchObject({ exitCode: 0 });
    expect((await typed(fresh, tokenRevokeCommand, '1')).err).toContain('was revoked at');
    expect((await typed(fresh, tokenRevokeCommand, '2')).err).toContain('there is no token 2');
    expect((await typed(fresh, tokenRevokeCommand, 'x')).err).toContain('no number');
    expect((await typed(fresh, tokenListCommand)).out).toContain('revoked');
    expect(await actions()).toMatchObject([
      { actor: expect.stringMatching(/^os:/), action: 'token-created', detail: { id: 1, role: 'operator' } },
      { actor: expect.stringMatching(/^os:/), action: 'token-revoked', detail: { id: 1 } },
    ]);
    expect(await verifyActionLog(fresh.db)).toBeNull();
  });
});

describe('the table of tokens', () => {
  const order = {
    name: 'n',
    role: 'viewer',
    sources: null,
    expiresAt: new Date(Date.now() + 86_400_000),
    actor: 'os:ann',
  } as const;

  it('has a token if and only if the log of actions says so', async () => {
    const undone = fresh.db.transaction(async (tx) => {
      await createToken(tx, order);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await fresh.db.query('SELECT 1 FROM api_token')).toEqual([]);
    expect(await actions()).toEqual([]);
  });

  it.each([
    `UPDATE api_token SET role = 'admin'`,
    `UPDATE api_token SET expires_at = now() + interval '10 days'`,
    `UPDATE api_token SET revoked_at = NULL, revoked_by = NULL`,
    `UPDATE api_token SET last_used_at = now() - interval '1 day'`,
    'DELETE FROM api_token',
    'TRUNCATE api_token',
  ])('refuses: %s', async (sql) => {
    await fresh.db.transaction((tx) => createToken(tx, order));
    await fresh.db.transaction((tx) => revokeToken(tx, 1, 'os:ann'));
    await expect(fresh.db.query(sql)).rejects.toThrow(/permission denied|revoked, once|used now/);
  });

  it.each([
    ['lives too long', { expiresAt: new Date(Date.now() + 370 * 86_400_000) }],
    ['is for no source', { sources: [] }],
    ['has ended', { expiresAt: new Date(Date.now() - 1000) }],
  ])('refuses a token that %s', async (_, wrong) => {
    const made = fresh.db.transaction((tx) => createToken(tx, { ...order, ...wrong }));
    await expect(made).rejects.toThrow('violates check constraint');
  });
});
