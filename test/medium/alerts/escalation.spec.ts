import { acknowledgeAlerts } from '../../../src/alerts/acknowledge-alert.job.js';
import { verifyActionLog } from '../../../src/accounts/action-chain.view.js';
import { alertsOf } from '../../../src/alerts/alerts.view.js';
import { draft, dyingBeforeCommit, route, Telling } from './telling.js';

const ANN = 'ann@example.com';
const BOSS = 'boss@example.com';
const CISO = 'ciso@example.com';
let telling: Telling;
beforeEach(async () => {
  telling = await Telling.open({
    routes: [route({ to: [ANN] })],
    escalation: {
      severity: 'critical',
      steps: [
        { afterMinutes: 30, to: [BOSS], hook: null },
        { afterMinutes: 120, to: [CISO], hook: null },
      ],
    },
  });
});
afterEach(() => telling.close());

const to = () => telling.mailbox.received.map((mail) => mail.to);
const acknowledge = (...alerts: string[]) =>
  acknowledgeAlerts(telling.db, { source: 'hq', alerts, actor: 'os:me', reason: 'on it' });
/** As if the time of a step had passed. */
const stepComes = (step: number) =>
  telling.db.query(`UPDATE outbox SET due_at = clock_timestamp() WHERE state = 'waiting' AND step = $1`, [
    step,
  ]);
async function goOn(): Promise<void> {
  await telling.tell();
  await telling.deliver();
}

describe('a critical alert that nobody acknowledges', () => {
  it('goes further step by step, once, and what is less does not', async () => {
    await telling.write('hq', draft('critical', 'lock-out'), draft('high', 'less'));
    await goOn();
    expect(to()).toEqual([ANN]);
    const [first] = telling.mailbox.received;
    expect(first?.mail.text?.replace(/\s+/g, ' ')).toContain(
      'this goes further 30 minutes after it was written: rolewatch alerts acknowledge 0.1 --source hq --reason REASON',
    );
    await stepComes(1);
    await goOn();
    await goOn();
    expect(to()).toEqual([ANN, BOSS]);
    const escalated = telling.mailbox.received.at(-1);
    expect(escalated?.subject).toBe('[Rolewatch] critical: nobody has acknowledged: reading failed (hq)');
    expect(escalated?.mail.text).toContain('lock-out');
    expect(escalated?.mail.text).not.toContain('less');
    expect(escalated?.mail.text?.replace(/\s+/g, ' ')).toContain(`Told before: ${ANN}, sent 20`);
    await stepComes(2);
    await goOn();
    expect(to()).toEqual([ANN, BOSS, CISO]);
    expect(telling.mailbox.received.at(-1)?.mail.text).toContain(BOSS);
  });

  it('has its time, also where it comes to a snapshot that another was told of before', async () => {
    await telling.write('hq', draft('critical', 'old'));
    await telling.db.query(
      `UPDATE outbox SET due_at = clock_timestamp() + interval '5 minutes' WHERE step = 1`,
    );
    await telling.write('hq', draft('critical', 'new'));
    const steps = (await telling.messages()).filter(({ step }) => step === 1);
    expect(steps.map(({ alerts }) => alerts)).toEqual([['0.1'], ['0.2']]);
  });

  it('is escalated once by however many replicas, and by the next where one dies', async () => {
    await telling.write('hq', draft('critical', 'a'));
    await telling.write('branch', draft('critical', 'b'));
    await stepComes(1);
    const dying = telling.replica();
    await expect(telling.tell(dyingBeforeCommit(dying))).rejects.toThrow();
    expect((await telling.messages()).filter(({ state }) => state === 'waiting')).toHaveLength(4);
    const replicas = [dying, telling.replica(), telling.replica()];
    await Promise.all(replicas.flatMap((db) => [telling.tell(db), telling.tell(db)]));
    await Promise.all(replicas.map((db) => db.close()));
    await Promise.all([telling.deliver(), telling.deliver()]);
    expect(to().filter((one) => one === BOSS)).toHaveLength(2);
  });
});

describe('acknowledging', () => {
  it('keeps an alert from going further, and says who, when and why for good', async () => {
    await telling.write('hq', draft('critical', 'a'), draft('critical', 'b'));
    await acknowledge('0.1');
    await stepComes(1);
    await goOn();
    const text = telling.mailbox.received.find((mail) => mail.to === BOSS)?.mail.text ?? '';
    expect(text).toContain('acknowledge 0.2 --source hq');
    await acknowledge('0.2');
    await stepComes(2);
    await goOn();
    expect(to().sort()).toEqual([ANN, BOSS]);
    expect(
      (await telling.messages())
        .filter(({ state }) => state === 'withdrawn')
        .map(({ why, step }) => [why, step]),
    ).toEqual([['acknowledged in time', 2]]);
    const views = await alertsOf(telling.db, 'hq', 0);
    expect(views.map(({ acknowledged }) => acknowledged)).toEqual(
      Array(2).fill({ actor: 'os:me', reason: 'on it', at: expect.stringMatching(/^20/) }),
    );
    expect(
      await telling.db.query('SELECT actor, action, source, detail FROM action_log ORDER BY id'),
    ).toEqual(
      ['0.1', '0.2'].map((alert) => ({
        ...{ actor: 'os:me', action: 'alert-acknowledged', source: 'hq' },
        detail: { alert, reason: 'on it' },
      })),
    );
    expect(await verifyActionLog(telling.db)).toBeNull();
  });

  it('is refused twice, of what is not there, and as a whole where one of several is', async () => {
    await telling.write('hq', draft('critical', 'a'));
    await expect(acknowledge('0.1', '0.7')).rejects.toMatchObject({ code: 'unknown-alert' });
    await acknowledge('0.1');
    await expect(acknowledge('0.1')).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/acknowledged already, by os:me at 20/),
    });
    await expect(acknowledge('7')).rejects.toMatchObject({ code: 'usage' });
  });

  it.each([
    [`UPDATE alert_acknowledgement SET reason = 'x'`],
    ['DELETE FROM alert_acknowledgement'],
    ['TRUNCATE alert_acknowledgement'],
  ])('is not rewritten: %s', async (statement) => {
    await telling.write('hq', draft('critical', 'a'));
    await acknowledge('0.1');
    await expect(telling.db.query(statement)).rejects.toMatchObject({ code: '42501' });
  });
});
