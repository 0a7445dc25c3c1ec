/** U5 and U6 at random: what is counted and how it is paged, wrong in any combination, while people come and go. */
import { paging } from '../../demo/estate/faults.js';
import type { Fault, When } from '../../demo/estate/simulated-server.js';
import { seeded } from '../medium/pipeline/mutators.js';
import { seed, times } from './support/tier.js';
import { afterwards, during } from './support/afterwards.js';
import { PAGED_GROUNDS, Trial } from './support/trial.js';

/** Who can go, one after the other. */
const LEAVING = 30;
const VALUES = [null, '14', -1, 1.5, undefined, 0, 1, 1e9, 2 ** 53, [], {}, true, '', 'NaN'];

/** What makes a list end before its end, if nothing says how long it is. */
const ENDS_EARLY = /^next |^page without rows$|^offset taken/;

describe.each(PAGED_GROUNDS)(`$name: lies about counts and pages (ROLEWATCH_SEED=${seed})`, (ground) => {
  const random = seeded(seed);
  let trial: Trial;
  beforeAll(async () => (trial = await Trial.start(ground)));
  afterAll(() => trial.stop());

  function lie(): Fault {
    const off = random.below(9) - 4;
    const lies = [
      ...trial.watched.counts.map((count) => paging.count(count, random.pick(VALUES))),
      paging.totalOff(off, random.below(3) - 1),
      paging.offsetIgnored(),
      paging.offsetAsPage(),
      paging.pageSizeCut(1 + random.below(11)),
      paging.emptyPage(),
      paging.rowAddedBetweenPages(),
      paging.rowRemovedBetweenPages(),
      paging.reshuffledBetweenPages(),
      ...(trial.watched.counted ? [paging.endlessPaging()] : []),
    ];
    return random.pick(lies) ?? paging.emptyPage();
  }

  /** Without a total an end that comes too early is one like any other, if two reads agree on it. */
  function howOften({ name }: Fault): When {
    if (!trial.watched.counted && ENDS_EARLY.test(name)) return { from: 1 + random.below(4), times: 1 };
    return random.chance(0.3) ? { times: 1 } : {};
  }

  it('lose nobody, and whoever is gone is closed in the end', async () => {
    const { server, watched } = trial;
    const leaving = Array.from({ length: LEAVING }, (_, n) => `leaver-${n}`);
    for (const id of leaving) watched.add(id);
    await afterwards(watched);
    for (let n = 0; n < times(4, 600 * ground.share); n++) {
      await trial.during(() => {
        for (let lies = 1 + random.below(2); lies > 0; lies--) {
          const stream = random.pick(watched.streams) ?? '';
          const fault = lie();
          server.inject(fault, { stream, ...howOften(fault) });
        }
      });
      await trial.heal();
      const gone = random.chance(0.3) ? leaving.pop() : undefined;
      if (gone === undefined) continue;
      watched.remove(gone);
      await during(watched, await watched.stored());
      await afterwards(watched);
      expect([...(await watched.stored()).values()].flatMap((list) => [...list.keys()])).not.toContain(gone);
    }
    await afterwards(watched);
  });
});
