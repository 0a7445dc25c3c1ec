import { northwind } from '../../../demo/estate/northwind.js';
import { quietSources } from '../../../src/alerts/all-quiet.view.js';
import { tellQuiet } from '../../../src/alerts/all-quiet.store.js';
import type { AllQuietConfig } from '../../../src/alerts/telling-config.js';
import { freshDatabase, type TestDatabase } from '../../support/database.js';
import { Pipeline } from '../../support/pipeline.js';
import { catalogue, space } from '../fsck/company.js';
import { asSuperuser, plant } from '../fsck/planted-store.js';
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

describe('what is not known of a source', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await freshDatabase();
    await plant(
      database,
      'hq',
      [1, 2, 3, 4].map(() => ({ records: [space(1, 'Global'), ...catalogue()] })),
    );
  });
  afterEach(() => database.drop());

  const day = (n: number): string => `2026-03-0${n}T00:00:00Z`;
  /** Judgements of four days; `whys`: of the rule r, an empty one for that it could be assessed. */
  const judged = (...whys: string[]): Promise<unknown> =>
    asSuperuser(database, async (client) => {
      for (const [i, why] of whys.entries()) {
        await client.query(
          `insert into judgement (source, id, seq, snapshot_digest, ruleset_digest, waivers_digest, verdicts_digest, as_of, reason, recorded_at)
           values ('hq', $1, $1, '\\x00', 'x', repeat('0', 64), repeat('0', 64), $2, 'published', $2)`,
          [i + 1, day(i + 1)],
        );
        await client.query(
          `insert into assessment (source, judgement, rule, rule_version, rule_digest, judged, violated, unassessable, may_resolve, why)
           values ('hq', $1, 'r', '1', 'x', 1, 0, $2, false, nullif($3, '')), ('hq', $1, 'fine', '1', 'x', 1, 0, 0, true, null)`,
          [i + 1, why === '' ? 0 : 2, why],
        );
      }
    });
  const gaps = async (): Promise<string[]> => {
    const [hq] = await quietSources(database.db, ['hq'], { since: new Date(day(1)), until: new Date() });
    return (hq?.gaps ?? []).map(({ kind, name, why, since }) =>
      [kind, name, why, since.toISOString()].join(' '),
    );
  };

  it.each([
    [['', 'denied', 'denied', 'denied'], ['rule r denied 2026-03-02T00:00:00.000Z']],
    [['denied', 'denied', 'denied', 'denied'], ['rule r denied 2026-03-01T00:00:00.000Z']],
    [['denied', 'denied', 'masked', 'masked'], ['rule r masked 2026-03-03T00:00:00.000Z']],
    [['denied', '', 'denied', 'denied'], ['rule r denied 2026-03-03T00:00:00.000Z']],
    [['denied', 'denied', 'denied', ''], []],
  ])('is dated from when it is so for this reason: %j', async (whys, said) => {
    await judged(...whys);
    expect(await gaps()).toEqual(said);
  });

  it('is also a list that the source does not show', async () => {
    await judged('', '', '', '');
    await asSuperuser(database, (client) =>
      client.query(
        `update observation set verdict = 'denied', why = '403' where source = 'hq' and seq >= 3 and stream = 'roles'`,
      ),
    );
    const [row] = await database.db.query<{ at: Date }>(
      `select recorded_at as at from snapshot where seq = 3`,
    );
    expect(await gaps()).toEqual([`list roles in 1 denied, 403 ${row?.at.toISOString()}`]);
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
