import { northwind } from '../../../demo/estate/northwind.js';
import { tellQuiet } from '../../../src/alerts/all-quiet.store.js';
import type { AllQuietConfig } from '../../../src/alerts/telling-config.js';
import { Pipeline } from '../../support/pipeline.js';
import { draft, dyingBeforeCommit, route, Telling } from './telling.js';

const ANN = 'ann@example.com';
/** Every minute: a slot has always just passed. */
const allQuiet: AllQuietConfig = {
  to: [ANN],
  hook: null,
  schedule: { expression: '* * * * *', timezone: 'UTC' },
};
let telling: Telling;
beforeEach(async () => {
  telling = await Telling.open({ routes: [route({ to: ['sec@example.com'] })], allQuiet });
});
afterEach(() => telling.close());

const words = async () => (await telling.messages()).filter(({ kind }) => kind === 'all-quiet');

describe('the daily word', () => {
  it('says which sources are silent, and comes although they are', async () => {
    await telling.tell();
    await telling.deliver();
    expect(telling.mailbox.received.map(({ to, subject }) => [to, subject])).toEqual([
      [ANN, '[Rolewatch] 2 of 2 sources silent: branch, hq'],
    ]);
    expect(telling.mailbox.received[0]?.mail.text).toContain('it was never read');
  });

  it('comes once for each slot, however many replicas look, and where one dies', async () => {
    // one slot a day, which has passed: no minute ends in between
    const daily = { ...allQuiet, schedule: { expression: '0 0 * * *', timezone: 'UTC' } };
    const replicas = Array.from({ length: 3 }, () => telling.replica());
    const tell = (db: (typeof replicas)[number]) => tellQuiet(db, ['hq'], daily, telling.routing);
    await expect(tell(dyingBeforeCommit(replicas[0]!))).rejects.toThrow();
    expect(await words()).toEqual([]);
    await Promise.all(replicas.flatMap((db) => [tell(db), tell(db), tell(db)]));
    await Promise.all(replicas.map((db) => db.close()));
    expect(await words()).toHaveLength(1);
    await expect(
      telling.db.query(
        `INSERT INTO outbox (source, seq, channel, recipient, message_id, severity, subject, content, kind, slot)
         SELECT source, seq, channel, upper(recipient), 'x', severity, subject, content, kind, slot FROM outbox WHERE kind = 'all-quiet'`,
      ),
    ).rejects.toMatchObject({ code: '23505' });
  });

  it('tells of alerts, of what waits, and of what was not delivered', async () => {
    await telling.write('hq', draft('low', 'a'), draft('critical', 'b'));
    await telling.db.query(
      `UPDATE outbox SET state = 'dead', why = '550 no such user', ended_at = clock_timestamp() WHERE kind = 'alerts'`,
    );
    await telling.tell();
    const [word] = await words();
    expect(word?.subject).toBe(
      '[Rolewatch] 2 of 2 sources silent: branch, hq; 1 message not delivered; 2 alerts',
    );
    await telling.deliver();
    const text = telling.mailbox.received[0]?.mail.text ?? '';
    expect(text).toContain('Alerts: 1 critical, 1 low');
    expect(text).toContain('sec@example.com: 550 no such user');
  });
});

describe('a source that is read', () => {
  let pipeline: Pipeline;
  beforeEach(async () => {
    pipeline = await Pipeline.start({ estate: northwind() });
  });
  afterEach(() => pipeline.stop());
  const schedule = { expression: '* * * * *', timezone: 'UTC' };
  const subject = async (recipient: string) => {
    await tellQuiet(pipeline.db, ['hq'], { to: [recipient], hook: null, schedule }, telling.routing);
    const [row] = await pipeline.db.query<{ subject: string; text: string }>(
      `SELECT subject, content ->> 'text' AS text FROM outbox WHERE kind = 'all-quiet' AND recipient = $1 ORDER BY id DESC`,
      [recipient],
    );
    return row ?? { subject: '', text: '' };
  };

  it('is not quiet as long as its snapshot is not judged', async () => {
    await pipeline.publish();
    const { subject: said, text } = await subject('a@example.com');
    expect(said).toMatch(/^\[Rolewatch\] 1 of 1 source not known in full: hq; 1 alert; 1 told to nobody$/);
    expect(text).toContain('its last snapshot is not judged yet');
    expect(text).toMatch(/Last accepted snapshot: 1, 20/);
  });

  it('is silent while it is paused', async () => {
    await pipeline.publish();
    pipeline.server.password = 'another';
    await pipeline.run();
    const { subject: said, text } = await subject('a@example.com');
    expect(said).toMatch(/^\[Rolewatch\] 1 of 1 source silent: hq/);
    expect(text).toContain('paused:');
    expect(text).toContain('rolewatch resume hq');
  });
});
