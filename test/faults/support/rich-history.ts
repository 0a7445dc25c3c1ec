/** A database in which everything has happened that Rolewatch keeps: both products, and every kind of row. */
import { Retain } from '../../../src/runs/retention/retain.job.js';
import { FOR_EVER } from '../../../src/runs/retention/retention-config.js';
import { paging, rows } from '../../../demo/estate/faults.js';
import * as connection from '../../../demo/estate/faults/connection.js';
import { createToken, revokeToken } from '../../../src/accounts/api-token.store.js';
import type { AlertRouting } from '../../../src/alerts/alert-routing.js';
import { writeFindingAlerts } from '../../../src/alerts/alert.store.js';
import type { Delivery } from '../../../src/alerts/delivery/back-off.js';
import { DeliverJob } from '../../../src/alerts/delivery/deliver.job.js';
import { DeliveryStore } from '../../../src/alerts/delivery/delivery.store.js';
import { openedFindings } from '../../../src/alerts/opened-findings.js';
import { tellTroubles } from '../../../src/alerts/source-troubles.store.js';
import { acknowledge } from '../../../src/findings/acknowledge.store.js';
import { activateOnDisk } from '../../../src/findings/activate-rules.job.js';
import { JudgeDue } from '../../../src/findings/judge-due.job.js';
import { standingsOf } from '../../../src/findings/standings.view.js';
import { parseWaivers } from '../../../src/findings/waiver-file.js';
import { ScheduleStore } from '../../../src/runs/schedule.store.js';
import { eraseSubject, placeHold, releaseHold } from '../../../src/snapshots/erase.store.js';
import { subjectOf } from '../../../src/snapshots/subject.view.js';
import { inDays } from '../../medium/findings/court.js';
import {
  addAdmin,
  addPerson,
  FIELD,
  GLOBAL,
  HELPDESK,
  SHOPS,
  village,
  WIPERS,
} from '../../medium/pipeline/village.js';
import type { TestDatabase } from '../../support/database.js';
import { Pipeline, SOURCE } from '../../support/pipeline.js';
import { SmallRulebook, TWO_ADMINS, WIPE } from '../../support/rulebook.js';
import { TeamPipeline, TEAM_SOURCE, type TeamState } from '../../support/team-pipeline.js';

const ACTOR = 'os:tester';
const everything = { sources: null, scopes: null, kinds: null, hook: null };
export const ROUTING: AlertRouting = {
  routes: [{ ...everything, severity: 'low', to: ['sec@example.com', 'ciso@example.com'] }],
  idDomain: 'example.com',
};
const WAIVERS = `
waivers:
  - rule: no-wipe
    subject: { source: ${SOURCE}, kind: principal, key: root }
    reason: agreed until the tool is replaced
    approver: chief@example.com
    until: ${inDays(30)}
  - rule: no-wipe
    subject: { source: ${SOURCE}, kind: principal, key: bob }
    reason: agreed, though nothing is found
    approver: chief@example.com
    until: ${inDays(60)}
`;

/** Plays it. @returns the rules that judged, by which the last judgement can be made again */
export async function playRichHistory(database: TestDatabase): Promise<SmallRulebook> {
  const rulebook = new SmallRulebook();
  const pipeline = await Pipeline.start({ estate: crowdedVillage(), routing: ROUTING, database });
  const team = await TeamPipeline.start(database);
  try {
    await missedSlots(database);
    await database.db.query(`insert into tag_key (no, wrapped) values (1, '\\x0102'), (2, '\\x0304')`);
    const judge = judging(database, rulebook);
    await pipeline.publish();
    await judge();
    await peopleComeAndGo(pipeline);
    await judge();
    await deliver(database, { outcome: 'failed', said: '450 later' }, { outcome: 'sent', said: '250 ok' });
    await doubtfulReads(pipeline);
    await heldAndReleased(pipeline);
    await trouble(pipeline, database);
    await theTeam(team);
    await judge(WAIVERS);
    await decisions(database, rulebook);
    await judge(WAIVERS);
    await answersAndAges(database);
    await deliver(database, { outcome: 'sent', said: '250 ok' });
    return rulebook;
  } finally {
    await team.stop();
    await pipeline.stop();
  }
}

function crowdedVillage() {
  const estate = village();
  for (let n = 0; n < 20; n++) addAdmin(estate, `admin${n}`, [FIELD, 2]);
  estate.addAdmin({ userId: 'jim', name: 'Jim', origin: 'LDAP' });
  estate.grantRole('jim', SHOPS, 2);
  return estate;
}

function judging({ db }: TestDatabase, rulebook: SmallRulebook): (waivers?: string) => Promise<void> {
  return async (waivers = 'waivers: []') => {
    const judge = new JudgeDue({
      ...{ db, rulebook, accountOf: () => 'root' },
      waivers: async () => parseWaivers(waivers, 'waivers.yaml', new Date()),
      told: (tx, told) =>
        writeFindingAlerts(tx, { source: told.source, seq: told.seq, opened: openedFindings(told) }, ROUTING),
    });
    const { notJudged } = await judge.judge();
    if (notJudged.length > 0) throw new Error(JSON.stringify(notJudged));
  };
}

/** A past slot, and a process that comes too late for it. */
async function missedSlots({ db }: TestDatabase): Promise<void> {
  await db.query(
    `insert into slot (source, due_at, trigger, created_at)
     select $1, date_trunc('hour', now()) - n * interval '1 hour', 'schedule', now() - interval '9 hours' from unnest(array[5, 4]) as n`,
    [SOURCE],
  );
  const schedule = { expression: '0 * * * *', timezone: 'UTC' };
  await new ScheduleStore(db).seeSlots({ name: SOURCE, kind: 'ivanti-epmm', schedule });
}

async function peopleComeAndGo(pipeline: Pipeline): Promise<void> {
  const { estate } = pipeline;
  addAdmin(estate, 'eve', [GLOBAL, 7], [SHOPS, 2]);
  estate.growGroup(WIPERS, 3);
  estate.addPermissionToRole(5, 'Retire device');
  estate.renameSpace(FIELD, 'Field Service');
  addPerson(estate, 'Kim', HELPDESK);
  estate.setMail('ann', 'ann.other@example.com');
  await pipeline.publish();
  estate.removeAdmin('sue');
  estate.revokeRole('eve', SHOPS, 2);
  estate.grantRole('bob', FIELD, 7);
  await pipeline.publish();
}

async function doubtfulReads(pipeline: Pipeline): Promise<void> {
  const { server, estate } = pipeline;
  server.inject(paging.totalOff(1), { stream: 'user_summary' });
  estate.revokeRole('bob', FIELD, 7); // unseen: the row keeps the rights of both
  estate.grantRole('bob', SHOPS, 7);
  await pipeline.publish();
  server.heal();
  server.inject(rows.repeatedRow(), { stream: 'user_summary' });
  await pipeline.publish();
  await pipeline.publish();
  server.inject(connection.status(403), { stream: 'ldap_entity_summary' });
  await pipeline.publish();
}

/** One list was released, and one is still held at the end. */
async function heldAndReleased(pipeline: Pipeline): Promise<void> {
  pipeline.server.heal();
  for (let n = 0; n < 12; n++) pipeline.estate.removeAdmin(`admin${n}`);
  const seq = await pipeline.publish();
  const held = (await pipeline.observations(seq)).filter((list) => list.held > 0);
  for (const { stream, scope, held: count } of held.slice(1))
    await pipeline.release(stream, scope === '' ? '-' : scope, count);
  pipeline.server.inject(rows.repeatedRow(), { stream: 'roles' });
  await pipeline.publish();
}

async function trouble(pipeline: Pipeline, { db }: TestDatabase): Promise<void> {
  pipeline.server.inject(connection.status(401));
  await pipeline.run();
  await tellTroubles(db, [SOURCE], ROUTING);
  await pipeline.resume();
  pipeline.server.inject(connection.status(401));
  await pipeline.run(); // paused at the end
}

async function theTeam(team: TeamPipeline): Promise<void> {
  const state = (level: string, more: object): TeamState => ({
    accessTokens: [
      { id: 'ci', name: 'ci', permissions: { team: 'view', webhooks: level } },
      { id: 'report', name: 'report', permissions: { reports: 'view' } },
    ],
    roles: [
      { id: 'helpdesk', name: 'Helpdesk', permissions: { devices: 'view', 'device-commands': ['lock'] } },
      { id: 'wipers', name: 'Wipers', permissions: { 'device-commands': ['wipe'] } },
    ],
    members: [
      { id: 'ann', name: 'Ann', email: 'ann@example.com', roles: ['helpdesk'] },
      { id: 'ben', name: 'Ben', roles: ['wipers', 'helpdesk'], ...more },
    ],
  });
  await team.publish(state('view', {}));
  await team.publish(state('delete', { roles: ['wipers'] }));
}

async function decisions({ db }: TestDatabase, rulebook: SmallRulebook): Promise<void> {
  const [open] = (await standingsOf(db, SOURCE)).filter(({ state }) => state === 'open');
  await db.transaction((tx) =>
    acknowledge(tx, { source: SOURCE, finding: open!.id, actor: ACTOR, reason: 'known, being replaced' }),
  );
  rulebook.rules = [WIPE, TWO_ADMINS];
  await activateOnDisk(db, rulebook, { actor: ACTOR, reason: 'two of them' });
  const expiresAt = new Date(Date.now() + 86_400_000);
  const token = { role: 'viewer', sources: [SOURCE], expiresAt, actor: ACTOR } as const;
  const { id } = await db.transaction((tx) => createToken(tx, { ...token, name: 'dashboard' }));
  await db.transaction((tx) => revokeToken(tx, id, ACTOR));
  await db.transaction((tx) => createToken(tx, { ...token, name: 'archive', sources: null }));
  await db.transaction(async (tx) => {
    const order = { source: SOURCE, reason: 'case 17', actor: ACTOR };
    await placeHold(tx, { ...order, subject: await subjectOf(tx, SOURCE, 'eve') });
    const bob = await subjectOf(tx, SOURCE, 'bob', 'admin');
    await placeHold(tx, { ...order, subject: bob });
    await releaseHold(tx, { ...order, subject: bob });
    await eraseSubject(tx, { ...order, subject: await subjectOf(tx, SOURCE, 'sue') });
  });
}

async function answersAndAges({ db }: TestDatabase): Promise<void> {
  await db.query(
    `insert into alert_acknowledgement (source, seq, no, actor, reason)
    select source, seq, no, $1, 'seen to' from alert order by source, seq, no limit 3`,
    [ACTOR],
  );
  await db.query(
    `insert into retention_policy (source, kind, days, actor)
    values ($1, 'versions', 400, $2), ($1, 'log', null, $2)`,
    [SOURCE, ACTOR],
  );
  const retain = new Retain({ db, config: FOR_EVER, actor: ACTOR });
  for (const source of SOURCES) await retain.now(source, new AbortController().signal);
}

/** Two messages of each answer; then everything is taken. */
async function deliver({ db }: TestDatabase, ...answers: Delivery[]): Promise<void> {
  let given = 0;
  const channel = {
    kind: 'mail' as const,
    recipient: null,
    send: async () => answers[Math.min(given++, answers.length - 1)]!,
  };
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const job = new DeliverJob(new DeliveryStore(db), [channel], quiet);
  await job.deliver({ aheadMs: 60_000, signal: new AbortController().signal });
}

export const SOURCES = [SOURCE, TEAM_SOURCE];
