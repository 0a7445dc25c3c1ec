import { driftText } from '../../../src/drift/drift-text.js';
import type { ReportedChange } from '../../../src/drift/report.js';
import { type Entry, TeamPipeline, type TeamState } from '../../support/team-pipeline.js';

const token = (id: string, permissions: object, more: object = {}): Entry => ({
  id,
  name: id,
  permissions,
  ...more,
});
const START: TeamState = {
  accessTokens: [token('ci', { team: 'view', webhooks: 'view' }), token('report', { reports: 'view' })],
  roles: [
    { id: 'helpdesk', name: 'Helpdesk', permissions: { devices: 'view', 'device-commands': ['lock'] } },
    { id: 'wipers', name: 'Wipers', permissions: { 'device-commands': ['wipe'] } },
  ],
  members: [
    { id: 'ann', name: 'Ann', email: 'ann@example.com', roles: ['helpdesk'] },
    { id: 'ben', name: 'Ben', roles: ['wipers', 'helpdesk'] },
    { id: 'cal', name: 'Cal', roles: ['wipers'] },
  ],
};

/** What a change says, without its ids and its window. */
function told({
  what,
  cause,
  subject,
  role,
  permission,
  level,
  effective,
  latent,
  partOf,
  affected,
}: ReportedChange) {
  return {
    what,
    cause,
    who: subject.key,
    ...(role && { role: role.id }),
    ...(permission !== undefined && { permission }),
    ...(level && { level: `${level.before ?? 'none'} → ${level.after ?? 'none'}` }),
    ...(effective?.gained.length && { gained: effective.gained }),
    ...(effective?.lost.length && { lost: effective.lost }),
    ...(latent?.gained.length && { latentGained: latent.gained }),
    ...(latent?.lost.length && { latentLost: latent.lost }),
    ...(affected && { affected: affected.map((one) => one.key) }),
    ...(partOf !== undefined && { partOf }),
  };
}

describe('what is told of a team of mambo EMM', () => {
  let pipeline: TeamPipeline;
  beforeEach(async () => {
    pipeline = await TeamPipeline.start();
    await pipeline.publish(START);
  });
  afterEach(() => pipeline.stop());

  const changes = async (from: number, to: number) => (await pipeline.drift(from, to)).changes.map(told);
  /** The state with this token of it replaced. */
  const withToken = (changed: Entry, state = START): TeamState => ({
    ...state,
    accessTokens: state.accessTokens.map((one) => (one.id === changed.id ? changed : one)),
  });

  it('is nothing where nothing happened, and the first read is no change', async () => {
    expect(await pipeline.publish(START)).toBe(2);
    expect(await changes(1, 2)).toEqual([]);
    expect(await pipeline.fsck()).toEqual([]);
  });

  it('is one change for each area however many steps it took, from which level to which', async () => {
    await pipeline.publish(withToken(token('ci', { webhooks: 'delete', billing: 'update' })));
    expect(await changes(1, 2)).toEqual([
      {
        what: 'level-raised',
        cause: 'assignment',
        who: 'ci',
        permission: 'billing',
        level: 'none → update',
        gained: ['billing.update'],
      },
      {
        what: 'level-raised',
        cause: 'assignment',
        who: 'ci',
        permission: 'webhooks',
        level: 'view → delete',
        gained: ['webhooks.delete', 'webhooks.manage'],
      },
      {
        what: 'level-lowered',
        cause: 'assignment',
        who: 'ci',
        permission: 'team',
        level: 'view → none',
        lost: ['team.view'],
      },
    ]);
    expect(await pipeline.fsck()).toEqual([]);
  });

  it('is latent, not gained, for a command without the right to see devices, until that comes', async () => {
    await pipeline.publish(
      withToken(token('ci', { team: 'view', webhooks: 'view', 'device-commands': ['wipe'] })),
    );
    await pipeline.publish(
      withToken(
        token('ci', { team: 'view', webhooks: 'view', devices: 'view', 'device-commands': ['wipe'] }),
      ),
    );
    const latent = {
      what: 'permission-gained',
      cause: 'assignment',
      who: 'ci',
      permission: 'device-commands.wipe',
      latentGained: ['device-commands.wipe'],
    };
    const awakened = {
      what: 'level-raised',
      cause: 'assignment',
      who: 'ci',
      permission: 'devices',
      level: 'none → view',
      gained: ['device-commands.wipe', 'devices.view'],
    };
    expect(await changes(1, 2)).toEqual([latent]);
    expect(await changes(2, 3)).toEqual([{ ...awakened, latentLost: ['device-commands.wipe'] }]);
    const { latentGained: _, ...switched } = latent;
    expect(await changes(1, 3)).toEqual([switched, awakened]);
    expect(driftText(await pipeline.drift(1, 2), () => undefined)).toContain(
      'held without effect (latent): device-commands.wipe',
    );
  });

  it('gives a right that comes with what it needs to its own change, and takes it back with either', async () => {
    const both = { team: 'view', webhooks: 'view', devices: 'view', 'device-commands': ['wipe'] };
    await pipeline.publish(withToken(token('ci', both)));
    expect((await changes(1, 2)).map(({ permission, gained }) => [permission, gained])).toEqual([
      ['device-commands.wipe', ['device-commands.wipe']],
      ['devices', ['devices.view']],
    ]);
    await pipeline.publish(withToken(token('ci', { ...both, devices: 'none' })));
    expect(await changes(2, 3)).toMatchObject([
      {
        what: 'level-lowered',
        lost: ['device-commands.wipe', 'devices.view'],
        latentGained: ['device-commands.wipe'],
      },
    ]);
    expect(await changes(1, 3)).toMatchObject([
      {
        what: 'permission-gained',
        permission: 'device-commands.wipe',
        latentGained: ['device-commands.wipe'],
      },
    ]);
    expect(await pipeline.fsck()).toEqual([]);
  });

  it('of a new token is that it appeared, and its rights as parts of that; gone, the reverse', async () => {
    const fresh = token('fresh', { roles: 'manage', 'device-commands': ['lock'] });
    await pipeline.publish({ ...START, accessTokens: [...START.accessTokens, fresh] });
    expect(await changes(1, 2)).toEqual([
      { what: 'principal-appeared', cause: 'assignment', who: 'fresh' },
      expect.objectContaining({
        what: 'permission-gained',
        permission: 'device-commands.lock',
        partOf: '2.1',
      }),
      expect.objectContaining({
        what: 'level-raised',
        permission: 'roles',
        level: 'none → manage',
        partOf: '2.1',
      }),
    ]);
    await pipeline.publish(START);
    expect(await changes(2, 3)).toMatchObject([
      { what: 'principal-disappeared', who: 'fresh' },
      { what: 'permission-lost', partOf: '3.1' },
      { what: 'level-lowered', permission: 'roles', level: 'manage → none', partOf: '3.1' },
    ]);
    expect(await changes(1, 3)).toEqual([]);
    expect(await pipeline.fsck()).toEqual([]);
  });

  it('is not that somebody is gone whom the file had not come to yet', async () => {
    pipeline.whileWaiting = () => pipeline.exported(START);
    const half = await pipeline.publish({ ...START, accessTokens: START.accessTokens.slice(0, 1) });
    expect(await changes(1, half)).toEqual([]);
    expect(await pipeline.doubts(half)).toEqual([
      expect.objectContaining({
        ...{ stream: 'access_tokens', verdict: 'partial' },
        why: 'team.yaml: was written to while it was read: what it left out is not taken for gone; run again when it is written',
      }),
    ]);
    expect(await changes(1, await pipeline.publish())).toEqual([]);
    expect(await pipeline.fsck()).toEqual([]);
  });

  it('of a role is its levels and switches, with everybody who holds it', async () => {
    const roles = [
      {
        id: 'helpdesk',
        name: 'Helpdesk',
        permissions: { devices: 'view', groups: 'view', 'device-commands': ['lock'] },
      },
      { id: 'wipers', name: 'Wipers', permissions: { 'device-commands': ['wipe', 'run-adb'] } },
    ];
    await pipeline.publish({ ...START, roles });
    expect(await changes(1, 2)).toEqual([
      {
        what: 'level-raised',
        cause: 'assignment',
        who: 'helpdesk',
        role: 'helpdesk',
        permission: 'groups',
        level: 'none → view',
        gained: ['groups.view'],
        affected: ['ann', 'ben'],
      },
      {
        // of itself it would be without effect; one holder sees devices by another role
        what: 'permission-gained',
        cause: 'assignment',
        who: 'wipers',
        role: 'wipers',
        permission: 'device-commands.run-adb',
        gained: ['device-commands.run-adb'],
        affected: ['ben', 'cal'],
      },
    ]);
  });

  it('of a role that nobody can use yet is latent', async () => {
    const members = [{ id: 'cal', name: 'Cal', roles: ['wipers'] }];
    await pipeline.publish({ ...START, members });
    const roles = [
      START.roles?.[0],
      { id: 'wipers', permissions: { 'device-commands': ['wipe', 'reboot'] } },
    ];
    await pipeline.publish({ ...START, members, roles: roles as Entry[] });
    expect(await changes(2, 3)).toEqual([
      {
        what: 'permission-gained',
        cause: 'assignment',
        who: 'wipers',
        role: 'wipers',
        permission: 'device-commands.reboot',
        latentGained: ['device-commands.reboot'],
        affected: ['cal'],
      },
    ]);
  });

  it('of a role that is new or gone comes from the catalogue, whatever became of it in between', async () => {
    const auditor = (permissions: object) => ({ id: 'auditor', name: 'Auditor', permissions });
    const withRole = (...roles: Entry[]): TeamState => ({
      ...START,
      roles: [...(START.roles ?? []), ...roles],
    });
    await pipeline.publish(withRole(auditor({ reports: 'view' })));
    await pipeline.publish(withRole(auditor({ reports: 'generate' })));
    expect(await changes(1, 2)).toMatchObject([
      { what: 'role-defined', cause: 'catalogue', gained: ['reports.view'] },
    ]);
    expect(await changes(2, 3)).toMatchObject([{ what: 'level-raised', level: 'view → generate' }]);
    expect(await changes(1, 3)).toEqual([
      {
        what: 'role-defined',
        cause: 'catalogue',
        who: 'auditor',
        role: 'auditor',
        gained: ['reports.generate', 'reports.view'],
        affected: [],
      },
    ]);
    await pipeline.publish(START);
    expect(await changes(3, 4)).toMatchObject([
      { what: 'role-retired', lost: ['reports.generate', 'reports.view'] },
    ]);
    expect(await changes(1, 4)).toEqual([]);
  });

  it('of a member is the role, with what it really gives', async () => {
    const members = (START.members ?? []).map((one) =>
      one.id === 'cal' ? { ...one, roles: ['wipers', 'helpdesk'] } : one,
    );
    await pipeline.publish({ ...START, members });
    expect(await changes(1, 2)).toEqual([
      {
        what: 'role-granted',
        cause: 'assignment',
        who: 'cal',
        role: 'helpdesk',
        gained: ['device-commands.lock', 'device-commands.wipe', 'devices.view'],
        latentLost: ['device-commands.wipe'],
      },
    ]);
  });

  it('of owner, creator, end and rotation is another value', async () => {
    const rights = { team: 'view', webhooks: 'view' };
    const owned = { owner: 'platform@example.com', expiresAt: '2027-01-01T00:00:00Z' };
    await pipeline.publish(withToken(token('ci', rights, owned)));
    await pipeline.publish(
      withToken(token('ci', rights, { ...owned, lastRotatedAt: '2026-01-02T00:00:00Z' })),
    );
    const attributes = async (from: number, to: number) =>
      (await pipeline.drift(from, to)).changes.map(({ what, attribute }) => [what, attribute]);
    expect(await attributes(1, 2)).toEqual([
      ['attribute-changed', { name: 'owner', before: null, after: 'platform@example.com' }],
      ['attribute-changed', { name: 'expiresAt', before: null, after: '2027-01-01T00:00:00.000Z' }],
    ]);
    expect(await attributes(2, 3)).toEqual([
      ['attribute-changed', { name: 'lastRotatedAt', before: null, after: '2026-01-02T00:00:00.000Z' }],
    ]);
  });

  it('nets a ladder over several snapshots', async () => {
    const at = (webhooks: string) => withToken(token('ci', { team: 'view', webhooks }));
    for (const level of ['delete', 'manage', 'view']) await pipeline.publish(at(level));
    expect(await changes(1, 3)).toMatchObject([
      { what: 'level-raised', level: 'view → manage', gained: ['webhooks.manage'] },
    ]);
    expect(await changes(2, 3)).toMatchObject([{ what: 'level-lowered', level: 'delete → manage' }]);
    expect(await changes(1, 4)).toEqual([]);
    expect(await changes(2, 4)).toMatchObject([
      { what: 'level-lowered', level: 'delete → view', lost: ['webhooks.delete', 'webhooks.manage'] },
    ]);
  });

  it('dates what happened by whoever exported it', async () => {
    await pipeline.publish(withToken(token('ci', { team: 'view' })));
    const [change] = (await pipeline.drift(1, 2)).changes;
    expect(change?.window).toEqual({
      notSeenAt: new Date('2026-01-01T00:00:00Z'),
      seenAt: new Date('2026-01-02T00:00:00Z'),
      statedBy: ['Eve Exporter'],
    });
  });

  it('says of a list that is no longer exported that it was not read, and keeps what was known of it', async () => {
    const { members: _, ...rest } = START;
    const seq = await pipeline.publish(rest);
    expect(await changes(seq - 1, seq)).toEqual([]);
    const observations = await pipeline.db.query(
      `select stream, verdict, why from observation where source = 'team' and seq = $1 and verdict <> 'complete'`,
      [seq],
    );
    expect(observations).toEqual([
      { stream: 'members', verdict: 'partial', why: 'not read: team does not give this list any more' },
    ]);
    expect(await pipeline.fsck()).toEqual([]);
  });

  it('publishes nothing of a file with a fault, and says which', async () => {
    await pipeline.exported(withToken(token('ci', { webhooks: 'mange' })));
    expect(await pipeline.run()).toMatchObject({
      outcome: 'failed',
      why: expect.stringContaining('must be one of none, view, manage, delete; did you mean "manage"?'),
    });
  });
});
