import { FAULTS, type NamedFault } from '../../../demo/estate/faults.js';
import type { RunOutcome } from '../../../src/runs/claim.js';
import { Pipeline } from '../../support/pipeline.js';
import { falselyGone, stored, untruths, upstream } from './lists.js';
import { addAdmin, FIELD, GLOBAL, SHOPS, village } from './village.js';

/** Several pages of admins, and a number of them that shares no divisor with the page size. */
const PAGE = 20;
const ADMINS = 55;

/** Faults under which the rows of the stream are still exactly what is so. */
const HARMLESS = /once$|page size cut|NUL in the name|lone surrogate in the name|byte order mark/;
/** Not a fault of the transport but a plausible statement: it is believed, as far as it adds or changes. */
const STATED =
  /another case|DN repeated|decomposed|composed|right-to-left|of 1 MB|__proto__|above 2\^53|repeated and counted/;

describe.each(groups(FAULTS))('%s during the second run', (_, faults) => {
  let pipeline: Pipeline;
  let newcomers = 0;
  const unhandled: unknown[] = [];
  const note = (reason: unknown): number => unhandled.push(reason);

  beforeAll(async () => {
    process.on('unhandledRejection', note);
    pipeline = await Pipeline.start({ estate: crowdedVillage(), pageSize: PAGE });
    await pipeline.publish();
  });
  afterAll(async () => {
    process.off('unhandledRejection', note);
    await pipeline.stop();
  });

  it.each(faults.map((fault) => [fault.name, fault] as const))('%s', async (_name, fault) => {
    const before = await stored(pipeline.db);
    addAdmin(pipeline.estate, `newcomer-${++newcomers}`, [FIELD, 7]);
    await fault.apply(pipeline.server);
    const outcome = await pipeline.run();

    expect(falselyGone(before, await stored(pipeline.db), upstream(pipeline.estate))).toEqual([]);
    await expectClearWords(pipeline, fault, outcome);

    await heal(pipeline);
    const healed = await pipeline.publish();
    expect(await pipeline.doubts(healed)).toEqual([]);
    expect(await untruths(pipeline.db, pipeline.estate)).toEqual([]);
    expect(unhandled).toEqual([]);
  });

  // nothing that is wrong once is ever right again: once at the end is enough
  it('and the store is sound', async () => {
    expect(await pipeline.fsck()).toEqual([]);
  });
});

async function expectClearWords(pipeline: Pipeline, fault: NamedFault, outcome: RunOutcome): Promise<void> {
  if (outcome.outcome !== 'published') {
    expect(outcome.why).toMatch(/ping|device_spaces|users|user_summary|ldap_entity_summary|roles/);
    return;
  }
  const doubts = await pipeline.doubts(outcome.seq ?? 0);
  if (HARMLESS.test(fault.name) || STATED.test(fault.name)) return;
  expect(doubts).not.toEqual([]);
  for (const { why, verdict, held } of doubts)
    if (verdict !== 'complete' || held > 0) expect(why).toBeTruthy();
}

/** Takes the fault back as whoever runs the server would, and resumes what was paused. */
async function heal(pipeline: Pipeline): Promise<void> {
  const { server } = pipeline;
  server.heal();
  server.accountMayRead = true;
  server.password = server.password.replace(/ changed$/, '');
  await server.resume();
  await pipeline.resume();
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
