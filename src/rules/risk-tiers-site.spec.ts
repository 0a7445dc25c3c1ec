import { knownPermissions, permissionModelOf } from '../access/permission-model.js';
import { checkYaml } from '../platform/config/check.js';
import { siteRisksSchema, withSiteRisk } from './risk-tiers.js';
import { riskTiersOf, shippedRiskTiers } from './risk-tiers.view.js';

describe('the risk tiers of mambo EMM', () => {
  it('judge every level of every area and every command, and nothing else', async () => {
    const tiers = await riskTiersOf('mambo-emm');
    expect(tiers.knownPermissions.sort()).toEqual(knownPermissions(permissionModelOf('mambo-emm')).sort());
  });

  it.each([
    'access-tokens.create',
    'roles.manage',
    'members.manage',
    'team.manage-security',
    'device-commands.wipe',
    'device-commands.run-adb',
  ])('call %s critical', async (permission) => {
    expect((await riskTiersOf('mambo-emm')).ofPermission(permission).tier).toBe('critical');
  });

  it('never call a higher level less risky than a lower one', async () => {
    const tiers = await riskTiersOf('mambo-emm');
    const weight = { protective: 0, low: 1, medium: 2, high: 3, unclassified: 3, critical: 4 };
    for (const ladder of permissionModelOf('mambo-emm').ladders.values()) {
      const weights = ladder.map((permission) => weight[tiers.ofPermission(permission).tier]);
      expect([ladder, weights]).toEqual([ladder, [...weights].sort()]);
    }
  });

  it('judge a role of the site by its permissions, and one that no catalogue explains as unclassified', async () => {
    const tiers = await riskTiersOf('mambo-emm');
    expect(tiers.ofRole('helpers', ['roles.view', 'groups.manage']).tier).toBe('medium');
    expect(tiers.ofRole('helpers', ['roles.view', 'device-commands.wipe']).tier).toBe('critical');
    expect(tiers.ofRole('helpers', ['role:helpers']).tier).toBe('unclassified');
    expect(tiers.ofRole('helpers', []).tier).toBe('low');
    expect(tiers.ofRole('team-owner', []).tier).toBe('critical');
  });
});

describe('what a site says of risks', () => {
  const read = async (yaml: string) =>
    checkYaml(yaml, 'rolewatch.yaml', siteRisksSchema(await shippedRiskTiers()));

  it('takes the place of what ships, and nothing else does', async () => {
    const site = await read(
      [
        'mambo-emm:',
        '  permissions:',
        '    webhooks.manage: { tier: critical, reason: Our events hold personal data. }',
        '  roles:',
        '    helpers: { tier: high, reason: They sit in a shop. }',
      ].join('\n'),
    );
    const [shipped, tiers] = [await riskTiersOf('mambo-emm'), await riskTiersOf('mambo-emm', site)];
    expect(tiers.ofPermission('webhooks.manage')).toEqual({
      tier: 'critical',
      reason: 'Our events hold personal data.',
    });
    expect(tiers.ofPermission('webhooks.view')).toEqual(shipped.ofPermission('webhooks.view'));
    expect(tiers.ofRole('helpers', ['roles.view']).tier).toBe('high');
    expect(tiers.digest).not.toBe(shipped.digest);
    expect((await riskTiersOf('ivanti-epmm', site)).digest).toBe((await riskTiersOf('ivanti-epmm')).digest);
  });

  it('has a digest that follows its content, not its spelling', async () => {
    const shipped = await riskTiersOf('mambo-emm');
    const entry = '{ reason: It is only us., tier: low }';
    const one = await read(`mambo-emm: { permissions: { team.view: ${entry} } }`);
    const same = await read(`mambo-emm:\n  roles: {}\n  permissions:\n    team.view: ${entry}`);
    expect(withSiteRisk(shipped, one['mambo-emm']).digest).toBe(
      withSiteRisk(shipped, same['mambo-emm']).digest,
    );
    expect(withSiteRisk(shipped, { roles: {}, permissions: {} })).toBe(shipped);
  });

  it('has every fault listed with its place and the nearest known word', async () => {
    const yaml = [
      'mambo-emm:',
      '  permissions:',
      '    webhooks.mange: { tier: high, reason: A slip of the keyboard. }',
      '    team.view: { tier: unclassified, reason: No sentence }',
      'ivanti-epm: {}',
      'ivanti-epmm:',
      '  permissions:',
      '    Wipe devise: { tier: low, reason: We never do. }',
    ].join('\n');
    await expect(read(yaml)).rejects.toThrow(
      [
        'rolewatch.yaml has 5 faults',
        'rolewatch.yaml:3:21 mambo-emm.permissions.webhooks.mange: no such permission is known; did you mean "webhooks.manage"?',
        'rolewatch.yaml:4:24 mambo-emm.permissions.team.view.tier: must be one of critical, high, medium, low, protective',
        'rolewatch.yaml:4:46 mambo-emm.permissions.team.view.reason: must be one sentence that says why',
        'rolewatch.yaml:5:1 ivanti-epm: unknown key; did you mean "ivanti-epmm"?',
        'rolewatch.yaml:8:18 ivanti-epmm.permissions.Wipe devise: no such permission is known; did you mean "Wipe device"?',
      ].join('\n'),
    );
  });
});
