/** U2: a refused account is asked once. Locking it out would be our doing. */
import { connection } from '../../demo/estate/faults.js';
import { RolewatchError } from '../../src/platform/errors.js';
import { Trial } from './support/trial.js';

describe('refusals', () => {
  let trial: Trial;
  beforeAll(async () => (trial = await Trial.start()));
  afterAll(() => trial.stop());

  const refused = connection.status(401);
  it.each<[string, () => void]>([
    ['from the start', () => trial.pipeline.server.inject(refused)],
    ['in a later page', () => trial.pipeline.server.inject(refused, { stream: 'user_summary', page: 1 })],
    ['in the last list', () => trial.pipeline.server.inject(refused, { stream: 'roles', space: '3' })],
    ['with a password that was changed', () => void (trial.pipeline.server.password += ' changed')],
    [
      'with a body that breaks off',
      () => {
        trial.pipeline.server.inject(refused);
        trial.pipeline.server.inject(connection.cut(10, 'reset'));
      },
    ],
    [
      'with a body that never ends',
      () => {
        trial.pipeline.server.inject(refused);
        trial.pipeline.server.inject(connection.stalledBody(10));
      },
    ],
  ])('401 %s: one attempt, then it pauses and says how to go on', async (_, fault) => {
    const { server } = trial.pipeline;
    const outcome = await trial.during(() => {
      fault();
      server.requests.length = 0;
    });
    expect(outcome.outcome).toBe('failed');
    expect(outcome.why).toMatch(/401.*credentials/);
    // whatever came before the refusal was asked once, too
    const asked = server.requests.map(({ path, query }) => `${path} ${JSON.stringify(query)}`);
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

  it.each(['users', 'user_summary', 'ldap_entity_summary', 'roles'] as const)(
    '403 on %s alone',
    async (stream) => {
      const outcome = await trial.during(() =>
        trial.pipeline.server.inject(connection.status(403), { stream }),
      );
      expect(outcome.outcome).toBe('published');
      const doubts = await trial.pipeline.doubts(outcome.seq ?? 0);
      expect(new Set(doubts.map((doubt) => `${doubt.stream} ${doubt.verdict}`))).toEqual(
        new Set([`${stream} denied`]),
      );
      await trial.of(() => trial.heal());
    },
  );
});
