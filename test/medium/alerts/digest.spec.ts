import { DeliveryStore } from '../../../src/alerts/delivery/delivery.store.js';
import { DAILY, draft, dyingBeforeCommit, route, Telling } from './telling.js';

const ANN = 'ann@example.com';
const BEN = 'ben@example.com';
let telling: Telling;
beforeEach(async () => {
  telling = await Telling.open({
    routes: [route({ to: [ANN, BEN], digest: DAILY })],
    recipients: [{ address: BEN, digest: DAILY }],
  });
});
afterEach(() => telling.close());

const mails = () => telling.mailbox.received;

describe('alerts for a digest', () => {
  it('wait in the outbox until the hour comes, critical ones excepted', async () => {
    await telling.write('hq', draft('low', 'a'), draft('critical', 'b'));
    await telling.tell();
    await telling.deliver();
    expect(await telling.stands()).toEqual([
      `${ANN} alerts waiting hq/0.1`,
      `${BEN} alerts waiting hq/0.1`,
      `${ANN} alerts sent hq/0.2`,
      `${BEN} alerts sent hq/0.2`,
    ]);
    const [{ dueAt } = { dueAt: '' }] = await telling.messages();
    expect(dueAt).toMatch(/T07:00:00\.000Z$/);
    expect(new Date(dueAt ?? '').getTime()).toBeGreaterThan(Date.now());
    expect(new Date(dueAt ?? '').getTime()).toBeLessThanOrEqual(Date.now() + 24 * 3_600_000);
  });

  it('of several runs and sources are one message for each person, the worst first', async () => {
    await telling.write('hq', draft('low', 'alpha'));
    await telling.write('branch', draft('high', 'beta'));
    await telling.write('hq', draft('medium', 'gamma'));
    await telling.hourComes();
    await telling.tell();
    await telling.deliver();
    expect(
      mails()
        .map(({ to }) => to)
        .sort(),
    ).toEqual([ANN, BEN]);
    const [{ subject, mail } = { subject: '', mail: undefined }] = mails();
    expect(subject).toBe('[Rolewatch] high: digest of 3 alerts: reading failed (branch, hq)');
    const at = ['beta', 'gamma', 'alpha'].map((why) => mail?.text?.indexOf(why) ?? -1);
    expect(at.every((place) => place > 0)).toBe(true);
    expect(at).toEqual([...at].sort((a, b) => a - b));
    const told = (await telling.messages()).filter(({ state }) => state === 'collected');
    // one of each run that had something, for each of two people: the second of hq joined the first
    expect(told).toHaveLength(4);
    const digests = (await telling.messages()).filter(({ kind }) => kind === 'digest');
    expect(new Set(told.map(({ toldBy }) => toldBy))).toEqual(new Set(digests.map(({ id }) => id)));
  });

  it('are sent once, however many replicas collect and deliver at the same time', async () => {
    for (let i = 0; i < 5; i++) await telling.write(i % 2 ? 'hq' : 'branch', draft('low', `alert ${i}`));
    await telling.hourComes();
    const replicas = Array.from({ length: 4 }, () => telling.replica());
    await Promise.all(replicas.flatMap((db) => [telling.tell(db), telling.tell(db)]));
    await Promise.all([telling.deliver(), telling.deliver(), telling.deliver()]);
    await Promise.all(replicas.map((db) => db.close()));
    expect(
      mails()
        .map(({ to }) => to)
        .sort(),
    ).toEqual([ANN, BEN]);
    for (const { mail } of mails()) for (let i = 0; i < 5; i++) expect(mail.text).toContain(`alert ${i}`);
  });

  it('survive whoever dies while collecting, and whoever dies while sending', async () => {
    await telling.write('hq', draft('low', 'a'));
    await telling.hourComes();
    const before = await telling.stands();
    const dying = telling.replica();
    await expect(telling.tell(dyingBeforeCommit(dying))).rejects.toThrow();
    await dying.close();
    expect(await telling.stands()).toEqual(before);
    await telling.tell();
    // claimed by a process that is gone: its lease is over
    const store = new DeliveryStore(telling.db, -1);
    const mail = {
      kind: 'mail',
      recipient: null,
      send: () => Promise.reject(new Error('not asked')),
    } as const;
    const claimed = [await store.claim(mail, { aheadMs: 0 }), await store.claim(mail, { aheadMs: 0 })];
    expect(claimed.map((one) => one?.recipient).sort()).toEqual([ANN, BEN]);
    await store.endAbandoned([], () => 0);
    await telling.db.query(`UPDATE outbox SET due_at = now() WHERE state = 'pending'`);
    await telling.deliver();
    expect(
      mails()
        .map(({ to }) => to)
        .sort(),
    ).toEqual([ANN, BEN]);
    expect(new Set(mails().map(({ mail: { messageId } }) => messageId))).toEqual(
      new Set(claimed.map((one) => one?.messageId)),
    );
  });

  it('that were committed after the digest of their hour wait for the next', async () => {
    await telling.write('hq', draft('low', 'in time'));
    await telling.hourComes();
    await telling.tell();
    await telling.write('branch', draft('low', 'late'));
    await telling.db.query(
      `UPDATE outbox SET due_at = (SELECT max(slot) FROM outbox WHERE kind = 'digest') WHERE state = 'waiting'`,
    );
    await telling.tell();
    await telling.deliver();
    expect(mails()).toHaveLength(2);
    const waiting = (await telling.messages()).filter(({ state }) => state === 'waiting');
    expect(waiting.map(({ source }) => source)).toEqual(['branch', 'branch']);
    for (const { dueAt } of waiting) expect(new Date(dueAt ?? 0).getTime()).toBeGreaterThan(Date.now());
  });

  it('that nobody has are no message', async () => {
    await telling.tell();
    await telling.deliver();
    expect(await telling.messages()).toEqual([]);
  });

  it('name nobody who was erased meanwhile, and are told all the same', async () => {
    const [left] = await telling.db.query<{ id: string }>(
      `INSERT INTO identity (source, name_space, match_key, match_form, shown_key, salt) VALUES ('hq', 'admin', 'left', 1, 'left.behind', '\\x00') RETURNING identity_id::text AS id`,
    );
    const subject = { subject: left?.id ?? '', subjectKind: 'local-admin', gains: [] } as const;
    await telling.write(
      'hq',
      { kind: 'right-gained', severity: 'low', body: subject },
      draft('low', 'another'),
    );
    expect((await telling.messages())[0]?.subject).toContain('left.behind');
    await telling.db.query(`SELECT erase_identity('hq', $1)`, [left?.id]);
    expect((await telling.messages()).map(({ state, subject: said }) => [state, said])).toEqual([
      ['waiting', undefined],
      ['waiting', undefined],
    ]);
    await telling.hourComes();
    await telling.tell();
    await telling.deliver();
    expect(mails()).toHaveLength(2);
    for (const { raw, mail } of mails()) {
      expect(raw.toString()).not.toContain('left.behind');
      expect(mail.text).toContain('an erased person');
      expect(mail.text).toContain('another');
    }
  });

  it('are blanked in the digest that told them, too', async () => {
    const [left] = await telling.db.query<{ id: string }>(
      `INSERT INTO identity (source, name_space, match_key, match_form, shown_key, salt) VALUES ('hq', 'admin', 'left', 1, 'left.behind', '\\x00') RETURNING identity_id::text AS id`,
    );
    const subject = { subject: left?.id ?? '', subjectKind: 'local-admin', gains: [] } as const;
    await telling.write('hq', { kind: 'right-gained', severity: 'low', body: subject });
    await telling.hourComes();
    await telling.tell();
    await telling.db.query(`SELECT erase_identity('hq', $1)`, [left?.id]);
    const kept = await telling.db.query<{ content: unknown }>('SELECT content, subject FROM outbox');
    expect(kept).toEqual(Array(4).fill({ content: null, subject: null }));
  });

  it.each([
    [`UPDATE outbox SET state = 'waiting', told_by = NULL, ended_at = NULL WHERE state = 'collected'`],
    [`UPDATE outbox SET told_by = 99 WHERE state = 'collected'`],
    [`UPDATE outbox SET slot = now() WHERE kind = 'digest'`],
  ])('stay collected: %s', async (statement) => {
    await telling.write('hq', draft('low', 'a'));
    await telling.hourComes();
    await telling.tell();
    await expect(telling.db.query(statement)).rejects.toMatchObject({ code: '42501' });
  });
});
