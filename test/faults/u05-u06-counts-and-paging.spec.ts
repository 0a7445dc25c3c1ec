/** U5 and U6 at random: what is counted and how it is paged, wrong in any combination, while people come and go. */
import { paging } from '../../demo/estate/faults.js';
import type { Fault, When } from '../../demo/estate/epmm-server.js';
import { stored } from '../medium/pipeline/lists.js';
import { seeded } from '../medium/pipeline/mutators.js';
import { seed, times } from './support/tier.js';
import { afterwards, during } from './support/afterwards.js';
import { Trial } from './support/trial.js';

const STREAMS = ['device_spaces', 'users', 'user_summary', 'ldap_entity_summary', 'roles'] as const;
const VALUES = [null, '14', -1, 1.5, undefined, 0, 1, 1e9, 2 ** 53, [], {}, true, '', 'NaN'];

describe(`lies about counts and pages (ROLEWATCH_SEED=${seed})`, () => {
  const random = seeded(seed);
  let trial: Trial;
  beforeAll(async () => (trial = await Trial.start()));
  afterAll(() => trial.stop());

  function lie(): Fault {
    const off = random.below(9) - 4;
    const lies = [
      paging.count('totalCount', random.pick(VALUES)),
      paging.count('resultCount', random.pick(VALUES)),
      paging.count('hasMore', random.pick(VALUES)),
      paging.totalOff(off, random.below(3) - 1),
      paging.offsetIgnored(),
      paging.offsetAsPage(),
      paging.pageSizeCut(1 + random.below(11)),
      paging.emptyPage(),
      paging.rowAddedBetweenPages(),
      paging.rowRemovedBetweenPages(),
      paging.reshuffledBetweenPages(),
      paging.endlessPaging(),
    ];
    return random.pick(lies) ?? paging.emptyPage();
  }

  it('lose nobody, and whoever is gone is closed in the end', async () => {
    const { pipeline } = trial;
    const leaving = pipeline.estate.admins().filter(({ userId }) => userId.startsWith('admin'));
    for (let n = 0; n < times(4, 600); n++) {
      await trial.during(() => {
        for (let lies = 1 + random.below(2); lies > 0; lies--) {
          const when: When = {
            stream: random.pick(STREAMS) ?? 'users',
            ...(random.chance(0.3) && { times: 1 }),
          };
          pipeline.server.inject(lie(), when);
        }
      });
      await trial.heal();
      const gone = random.chance(0.3) ? leaving.pop() : undefined;
      if (gone === undefined) continue;
      pipeline.estate.removeAdmin(gone.userId);
      await during(pipeline, await stored(pipeline.db));
      await afterwards(pipeline);
      expect([
        ...((await stored(pipeline.db)).get('users/') ?? new Map<string, unknown>()).keys(),
      ]).not.toContain(gone.userId);
    }
    await afterwards(pipeline);
  });
});
