import { FAULTS, type NamedFault, TEAM_FAULTS } from '../../../demo/estate/faults.js';
import type { RunOutcome } from '../../../src/runs/claim.js';
import { watchedTeam } from '../mambo/watched-team.js';
import { falselyGone } from './lists.js';
import { addAdmin, FIELD, GLOBAL, SHOPS, village } from './village.js';
import { nextChange, type Watched } from './watched.js';
import { watchedVillage } from './watched-village.js';

/** Several pages of admins, and a number of them that shares no divisor with the page size. */
const PAGE = 20;
const ADMINS = 55;
/** Of tokens. */
const TEAM_PAGE = 12;
/** The connection of a team misbehaves as that of a village does: it need not be waited for as long. */
const IMPATIENT = {
  connectMs: 500,
  headersMs: 300,
  idleMs: 300,
  pageMs: 600,
  pageBytes: 1024 ** 2,
  tries: 2,
};

/** Faults under which the rows of the stream are still exactly what is so. */
const HARMLESS = /once$|page size cut|NUL in the name|lone surrogate in the name|byte order mark/;
/** Not a fault of the transport but a plausible statement: it is believed, as far as it adds or changes. */
const STATED =
  /another case|DN repeated|decomposed|composed|right-to-left|of 1 MB|__proto__|above 2\^53|repeated and counted/;

type Ground = [string, readonly NamedFault[], () => Promise<Watched>];

const GROUNDS: readonly Ground[] = [
  ...groups(FAULTS).map(([id, faults]): Ground => [
    `${id} at a village`,
    faults,
    () => watchedVillage(crowdedVillage(), PAGE),
  ]),
  // what its connection does to an answer is the same client's; the long tier of test/faults throws that, too
  ['a team', TEAM_FAULTS.filter(({ id }) => /^U[25678]$/.test(id)), impatientTeam],
];

describe.each(GROUNDS)('%s, during the second run', (_, faults, start) => {
  let watched: Watched;
  let changes = 0;
  const unhandled: unknown[] = [];
  const note = (reason: unknown): number => unhandled.push(reason);

  beforeAll(async () => {
    process.on('unhandledRejection', note);
    watched = await start();
    await watched.pipeline.publish();
  });
  afterAll(async () => {
    process.off('unhandledRejection', note);
    await watched.stop();
  });

  it.each(faults.map((fault) => [`${fault.id} ${fault.name}`, fault] as const))(
    '%s',
    async (_name, fault) => {
      const before = await watched.stored();
      nextChange(watched, changes++);
      await fault.apply(watched.server);
      const outcome = await watched.pipeline.run();

      expect(falselyGone(before, await watched.stored(), watched.upstream())).toEqual([]);
      await expectClearWords(watched, fault, outcome);

      await watched.heal();
      const healed = await watched.pipeline.publish();
      expect(await watched.pipeline.doubts(healed)).toEqual([]);
      expect(await watched.untruths()).toEqual([]);
      expect(unhandled).toEqual([]);
    },
  );

  // nothing that is wrong once is ever right again: once at the end is enough
  it('and the store is sound', async () => {
    expect(await watched.pipeline.fsck()).toEqual([]);
  });
});

async function expectClearWords(
  { pipeline }: Watched,
  fault: NamedFault,
  outcome: RunOutcome,
): Promise<void> {
  if (outcome.outcome !== 'published') {
    expect(outcome.why).toMatch(
      /ping|device_spaces|users|user_summary|ldap_entity_summary|roles|access_?tokens|members/i,
    );
    return;
  }
  const doubts = await pipeline.doubts(outcome.seq ?? 0);
  if (HARMLESS.test(fault.name) || STATED.test(fault.name)) return;
  expect(doubts).not.toEqual([]);
  for (const { why, verdict, held } of doubts)
    if (verdict !== 'complete' || held > 0) expect(why).toBeTruthy();
}

function groups(faults: readonly NamedFault[]): [string, NamedFault[]][] {
  const ids = [...new Set(faults.map(({ id }) => id))];
  return ids.map((id) => [id, faults.filter((fault) => fault.id === id)]);
}

function crowdedVillage() {
  const estate = village();
  estate.removeSpace(SHOPS);
  for (let n = 0; n < ADMINS; n++) addAdmin(estate, `admin${n}`, [n % 2 === 0 ? GLOBAL : FIELD, 2]);
  return estate;
}

async function impatientTeam(): Promise<Watched> {
  const team = await watchedTeam('offset', TEAM_PAGE);
  team.pipeline.connection = { limits: IMPATIENT };
  return team;
}
