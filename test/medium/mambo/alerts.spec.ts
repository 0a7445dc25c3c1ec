import { alertsOf } from '../../../src/alerts/alerts.view.js';
import { details, headline } from '../../../src/alerts/message/alert-words.js';
import { TEAM_SOURCE, TeamPipeline, type TeamState } from '../../support/team-pipeline.js';

const START: TeamState = {
  accessTokens: [
    { id: 'ci', permissions: { 'access-tokens': 'create', 'device-commands': ['wipe'] } },
    { id: 'spare', permissions: { team: 'view' } },
  ],
  roles: [{ id: 'wipers', name: 'Wipers', permissions: { devices: 'view', 'device-commands': ['wipe'] } }],
  members: [{ id: 'ann', name: 'Ann', roles: ['wipers'] }],
};

describe('what is worth telling of a team of mambo EMM', () => {
  let pipeline: TeamPipeline;
  beforeEach(async () => {
    pipeline = await TeamPipeline.start();
    await pipeline.publish(START);
  });
  afterEach(() => pipeline.stop());

  const alerts = async (seq: number) =>
    (await alertsOf(pipeline.db, TEAM_SOURCE, seq)).map((alert) => [
      alert.severity,
      headline(alert),
      ...details(alert).filter((line) => !line.startsWith('When: ')),
    ]);

  it('is at the first read who holds much, by rights that have effect', async () => {
    expect(await alerts(1)).toEqual([
      [
        'critical',
        'read for the first time: 2 holders of high-risk rights',
        '[critical] ci in team acme-field: access-tokens.create',
        '[critical] Ann (ann) in team acme-field: wipers Wipers',
      ],
    ]);
  });

  const [ci, ...others] = START.accessTokens;
  /** The alerts of a state in which the token `spare` has these rights. */
  const withSpare = async (permissions: object) => {
    const accessTokens = [...(ci ? [ci] : []), ...others.map((one) => ({ ...one, permissions }))];
    return alerts(await pipeline.publish({ ...START, accessTokens }));
  };

  it('is a level by its own risk', async () => {
    expect(await withSpare({ reports: 'generate' })).toEqual([]);
    expect(await withSpare({ reports: 'generate', roles: 'manage' })).toEqual([
      [
        'critical',
        'spare gained roles.manage in team acme-field',
        'spare, access token',
        '[critical] roles.manage in team acme-field, assigned; newly allows roles.view',
      ],
    ]);
  });

  it('is a command the day it has an effect, not before', async () => {
    expect(await withSpare({ 'device-commands': ['wipe'] })).toEqual([]);
    expect(await withSpare({ 'device-commands': ['wipe'], devices: 'view' })).toEqual([
      [
        'critical',
        'spare gained device-commands.wipe in team acme-field',
        'spare, access token',
        '[critical] device-commands.wipe in team acme-field, assigned; newly allows devices.view',
      ],
    ]);
  });

  it('is a role whose levels were raised, once, and none that allows nothing', async () => {
    const roles = [
      {
        id: 'wipers',
        name: 'Wipers',
        permissions: { devices: 'view', 'device-commands': ['wipe', 'run-adb'], roles: 'view' },
      },
      { id: 'empty', name: 'Empty', permissions: {} },
    ];
    expect(await alerts(await pipeline.publish({ ...START, roles }))).toEqual([
      [
        'critical',
        'role Wipers gained device-commands.run-adb, roles.view',
        'Now allows: device-commands.run-adb, roles.view',
        'Held by: Ann (ann)',
      ],
    ]);
  });
});
