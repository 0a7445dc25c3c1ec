import { paging } from '../../../demo/estate/faults.js';
import type { Route } from '../../../src/alerts/alerts-config.js';
import { Pipeline } from '../../support/pipeline.js';
import { addAdmin, GLOBAL, village } from '../pipeline/village.js';
import { Ageing } from './ageing.js';

const EVERYTHING: Route = {
  ...{ severity: 'low', sources: null, scopes: null, kinds: null, to: ['sec@example.com'], hook: null },
};

describe('what is kept from before the horizon', () => {
  let pipeline: Pipeline;
  let ageing: Ageing;
  beforeEach(async () => {
    pipeline = await Pipeline.start({
      estate: village(),
      routing: { routes: [EVERYTHING], idDomain: 'example.com' },
    });
    ageing = new Ageing(pipeline.db, pipeline.ownerUrl);
  });
  afterEach(() => pipeline.stop());

  /** Nobody judges here, and what waits for it is kept. */
  const judged = () => pipeline.db.query('delete from judgement_due');

  it('is the last believed read of a list, from which the window of a later change begins', async () => {
    for (let seq = 1; seq <= 2; seq++) await pipeline.publish();
    pipeline.server.inject(paging.totalOff(1), { stream: 'user_summary' });
    for (let seq = 3; seq <= 5; seq++) await pipeline.publish();
    pipeline.server.heal();
    await judged();
    const [seen] = await pipeline.db.query<{ at: Date }>(
      `select read_from as at from observation where seq = 2 and stream = 'user_summary' and scope = '1'`,
    );
    await ageing.grow(5);
    expect((await ageing.now()).removed).toMatchObject({ observation: expect.any(Number) });
    expect(
      await pipeline.db.query(`select 1 from observation where stream = 'users' and seq < 5`),
    ).toHaveLength(1);
    expect(await pipeline.fsck()).toEqual([]);

    pipeline.estate.revokeRole('root', GLOBAL, 7);
    const [change] = (await pipeline.changes(await pipeline.publish())).filter(
      ({ what }) => what === 'role-revoked',
    );
    expect(change?.window.notSeenAt).toEqual(seen?.at);
    expect(await pipeline.fsck()).toEqual([]);
  });

  it('is every message that has not left, with its alerts, and no other', async () => {
    await pipeline.publish();
    addAdmin(pipeline.estate, 'one', [GLOBAL, 7]);
    const sent = await pipeline.publish();
    addAdmin(pipeline.estate, 'two', [GLOBAL, 7]);
    const pending = await pipeline.publish();
    pipeline.estate.removeAdmin('one');
    await pipeline.publish();
    await pipeline.publish();
    await judged();
    const of = async (key: string) => pipeline.db.query('select 1 from identity where match_key = $1', [key]);
    const inTable = async (table: string, seq: number) =>
      pipeline.db.query(`select 1 from ${table} where seq = $1`, [seq]);
    await ageing.grow(4);
    expect((await ageing.now()).removed).not.toHaveProperty('outbox');
    // nothing but the mail to come names one, who has left
    expect(await of('one')).toHaveLength(1);

    await pipeline.db.query(`update outbox set state = 'sent', ended_at = created_at where seq = $1`, [sent]);
    expect((await ageing.now()).removed).toMatchObject({ outbox: 1, alert: expect.any(Number), identity: 1 });
    expect(await inTable('outbox', sent)).toEqual([]);
    expect(await inTable('alert', sent)).toEqual([]);
    expect(await of('one')).toEqual([]);
    expect(await inTable('outbox', pending)).toHaveLength(1);
    expect(await inTable('alert', pending)).not.toEqual([]);
    for (const table of ['outbox_about', 'outbox_alert'])
      expect(
        await pipeline.db.query(
          `select 1 from ${table} t where not exists (select from outbox o where o.id = t.id)`,
        ),
      ).toEqual([]);
    expect(await pipeline.fsck()).toEqual([]);
  });
});
