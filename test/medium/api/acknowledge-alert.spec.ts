import { verifyActionLog } from '../../../src/accounts/action-chain.view.js';
import { ApiBench } from './api-bench.js';

let bench: ApiBench;
beforeAll(async () => {
  bench = await ApiBench.open();
});
afterAll(() => bench.close());

describe('acknowledging an alert', () => {
  it('is told with it afterwards, logged under the token, and refused twice', async () => {
    const { token, prefix } = await bench.token('operator');
    const { json } = await bench.ask('/api/v1/sources/hq/alerts', { token });
    const [{ id }] = json.alerts as [{ id: string }];
    const path = `/api/v1/sources/hq/alerts/${id}/acknowledge`;
    const post = (body: object, at = path) => bench.ask(at, { method: 'POST', token, body });
    expect((await post({ reason: ' ' })).status).toBe(400);
    expect((await post({ reason: 'x', more: 1 })).status).toBe(400);
    const done = await post({ reason: 'ticket 4711' });
    expect([done.status, done.json]).toEqual([200, { source: 'hq', alerts: [id] }]);
    const again = await post({ reason: 'x' });
    expect([again.status, again.json.error.code]).toEqual([409, 'refused']);
    const none = await post({ reason: 'x' }, '/api/v1/sources/hq/alerts/2.77/acknowledge');
    expect([none.status, none.json.error.code]).toEqual([404, 'unknown-alert']);
    expect((await post({ reason: 'x' }, '/api/v1/sources/hq/alerts/two/acknowledge')).status).toBe(400);
    const after = await bench.ask('/api/v1/sources/hq/alerts', { token });
    expect(after.json.alerts[0].acknowledged).toEqual({
      actor: `token:${prefix}`,
      reason: 'ticket 4711',
      at: expect.stringMatching(/^20/),
    });
    expect((await bench.actions()).at(-1)).toEqual({
      ...{ actor: `token:${prefix}`, action: 'alert-acknowledged', source: 'hq' },
    });
    expect(await verifyActionLog(bench.pipeline.db)).toBeNull();
  });

  it('is not for a token of another source', async () => {
    const { token } = await bench.token('admin', ['branch']);
    const path = '/api/v1/sources/hq/alerts/2.1/acknowledge';
    const { status, json } = await bench.ask(path, { method: 'POST', token, body: { reason: 'x' } });
    expect([status, json.error.code]).toEqual([404, 'unknown-source']);
  });
});
