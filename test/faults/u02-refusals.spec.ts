/** U2: a refused account is asked once. Locking it out would be our doing. */
import { connection } from '../../demo/estate/faults.js';
import { RolewatchError } from '../../src/platform/errors.js';
import { GROUNDS, Trial } from './support/trial.js';

describe.each(GROUNDS)('$name: refusals', (ground) => {
  let trial: Trial;
  beforeAll(async () => (trial = await Trial.start(ground)));
  afterAll(() => trial.stop());

  const refused = connection.status(401);
  it.each<[string, () => void]>([
    ['from the start', () => trial.server.inject(refused)],
    ['in a later page', () => trial.server.inject(refused, { ...trial.watched.main, page: 1 })],
    ['in the last list', () => trial.server.inject(refused, { stream: trial.watched.streams.at(-1) ?? '' })],
    ['with a password that was changed', () => trial.watched.changeSecret()],
    [
      'with a body that breaks off',
      () => {
        trial.server.inject(refused);
        trial.server.inject(connection.cut(10, 'reset'));
      },
    ],
    [
      'with a body that never ends',
      () => {
        trial.server.inject(refused);
        trial.server.inject(connection.stalledBody(10));
      },
    ],
  ])('401 %s: one attempt, then it pauses and says how to go on', async (_, fault) => {
    const { server } = trial;
    const outcome = await trial.during(() => {
      fault();
      server.requests.length = 0;
    });
    expect(outcome.outcome).toBe('failed');
    expect(outcome.why).toMatch(/401.*credentials/);
    // whatever came before the refusal was asked once, too, beside the question whether somebody is there
    const [, ...afterPing] = server.requests;
    const asked = afterPing.map(({ path, query }) => `${path} ${JSON.stringify(query)}`);
    expect(asked).toEqual([...new Set(asked)]);
    const sent = server.requests.length;
    const again = await trial.pipeline.run().catch((error: unknown) => error);
    expect(again).toBeInstanceOf(RolewatchError);
    expect(again).toMatchObject({
      code: 'source-paused',
      message: expect.stringContaining('rolewatch resume') as string,
    });
    expect(server.requests).toHaveLength(sent);
    await trial.of(() => trial.heal());
  });

  it('403 on one list alone', async () => {
    for (const stream of trial.watched.streams.filter((one) => !['ping', 'device_spaces'].includes(one))) {
      const outcome = await trial.during(() => trial.server.inject(connection.status(403), { stream }));
      expect(outcome.outcome).toBe('published');
      const doubts = await trial.pipeline.doubts(outcome.seq ?? 0);
      expect(new Set(doubts.map((doubt) => `${doubt.stream} ${doubt.verdict}`))).toEqual(
        new Set([`${stream} denied`]),
      );
      await trial.of(() => trial.heal());
    }
  });
});
