import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { projectFile } from '../platform/project-files.js';
import { parseRiskTiers } from './risk-tiers.js';
import { riskTiersOf } from './risk-tiers.view.js';

const vendor = JSON.parse(
  readFileSync(projectFile('test', 'fixtures', 'ivanti-epmm', 'roles.json'), 'utf8'),
) as Record<string, { name: string; permissions: string[] }>;
const roles = Object.entries(vendor);
const permissions = [...new Set(roles.flatMap(([, role]) => role.permissions))];

describe('the risk tiers of Ivanti EPMM', () => {
  it('judge each of the 35 roles as agreed', async () => {
    const tiers = await riskTiersOf('ivanti-epmm');
    const byTier: Record<string, number[]> = {};
    for (const [id, role] of roles) (byTier[tiers.ofRole(id, role.permissions).tier] ??= []).push(Number(id));
    expect(byTier).toEqual({
      critical: [1, 7, 25],
      high: [4, 6, 10, 16, 17, 19, 22, 27, 28, 29],
      medium: [3, 5, 8, 9, 11, 12, 14, 18, 20, 23, 24, 30, 32, 33, 34],
      low: [2, 13, 15, 21, 26, 35],
      protective: [31],
    });
  });

  it('judge each of the 43 permissions', async () => {
    const tiers = await riskTiersOf('ivanti-epmm');
    expect(permissions).toHaveLength(43);
    expect(
      permissions.filter((permission) => tiers.ofPermission(permission).tier === 'unclassified'),
    ).toEqual([]);
  });

  it('give a role the tier of its worst permission, so that roles and permissions do not contradict each other', async () => {
    const tiers = await riskTiersOf('ivanti-epmm');
    for (const [id, role] of roles) {
      const withoutEntry = role.permissions.map((permission) => tiers.ofPermission(permission).tier);
      expect([id, withoutEntry]).toEqual([id, expect.arrayContaining([tiers.ofRole(id, []).tier])]);
    }
  });

  it('call the roles as the vendor does, and list nothing else', () => {
    const file = parse(readFileSync(projectFile('policies', 'ivanti-epmm', 'risk.yaml'), 'utf8')) as {
      roles: Record<string, { name: string }>;
      permissions: object;
    };
    const names = Object.entries(file.roles).map(([id, { name }]) => [id, name]);
    expect(Object.fromEntries(names)).toEqual(Object.fromEntries(roles.map(([id, { name }]) => [id, name])));
    expect(Object.keys(file.permissions).sort()).toEqual([...permissions].sort());
  });

  it('are named by the SHA-256 of their file', async () => {
    const bytes = readFileSync(projectFile('policies', 'ivanti-epmm', 'risk.yaml'));
    expect((await riskTiersOf('ivanti-epmm')).digest).toBe(createHash('sha256').update(bytes).digest('hex'));
  });
});

describe('a faulty file of risk tiers', () => {
  const text = [
    'kind: ivanti-epmm',
    'roles:',
    '  "1": { name: Admin, tier: critcal, reason: Creates admins. }',
    'permissions:',
    '  Wipe: { tier: unclassified, reason: "" }',
    '  Look: { tier: low, reason: Looks., why: x }',
    'extra: 1',
  ].join('\n');

  it('has every fault listed with its place', () => {
    expect(() => parseRiskTiers(text, 'risk.yaml')).toThrow(
      [
        'risk.yaml has 5 faults',
        'risk.yaml:3:29 roles.1.tier: must be one of critical, high, medium, low, protective; did you mean "critical"?',
        'risk.yaml:5:17 permissions.Wipe.tier: must be one of critical, high, medium, low, protective',
        'risk.yaml:5:39 permissions.Wipe.reason: must be one sentence that says why',
        'risk.yaml:6:38 permissions.Look.why: unknown key; known here: tier, reason',
        'risk.yaml:7:1 extra: unknown key; known here: kind, customRoles, roles, permissions',
      ].join('\n'),
    );
  });
});
