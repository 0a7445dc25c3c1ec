import { RISK_TIERS } from './model.js';
import { compareTiers, isHighRisk, type Risk, RiskTiers, treatedAs, worstRisk } from './risk.js';

const risk = (tier: Risk['tier']): Risk => ({ tier, reason: `${tier}, for the test.` });
const tiers = new RiskTiers(
  'digest',
  new Map([
    ['2', risk('low')],
    ['7', risk('critical')],
    ['31', risk('protective')],
  ]),
  new Map([
    ['View device', risk('low')],
    ['Retire device', risk('high')],
    ['Wipe device', risk('critical')],
    ['Enforce single session', risk('protective')],
  ]),
);

describe('the risk of a role', () => {
  it.each([
    ['is what the file says', '2', ['View device'], 'low'],
    [
      'is at least that of the worst permission it has gained',
      '2',
      ['View device', 'Wipe device'],
      'critical',
    ],
    ['rises for a permission that nobody knows', '2', ['View device', 'Fly device'], 'unclassified'],
    ['does not fall with its permissions', '7', ['View device'], 'critical'],
    ['is unclassified without an entry, however harmless it looks', '50', ['View device'], 'unclassified'],
    ['is worse than unclassified with a critical permission', '50', ['Wipe device'], 'critical'],
    ['is protective while it does nothing else', '31', ['Enforce single session'], 'protective'],
    ['is no longer protective when it does', '31', ['Enforce single session', 'View device'], 'low'],
  ])('%s', (_, role, permissions, tier) => {
    expect(tiers.ofRole(role, permissions).tier).toBe(tier);
  });
});

describe('the risk of a permission', () => {
  it('is what the file says, else unclassified', () => {
    expect(tiers.ofPermission('Retire device')).toEqual(risk('high'));
    expect(tiers.ofPermission('Fly device').tier).toBe('unclassified');
  });

  it('is that of the role where a role stands for itself', () => {
    expect(tiers.ofPermission('role:7').tier).toBe('critical');
    expect(tiers.ofPermission('role:99').tier).toBe('unclassified');
  });
});

describe('tiers', () => {
  it('sort from worst to least, unclassified beside high', () => {
    expect([...RISK_TIERS].reverse().sort(compareTiers)).toEqual([
      'critical',
      'unclassified',
      'high',
      'medium',
      'low',
      'protective',
    ]);
    expect(compareTiers('high', 'unclassified')).toBe(0);
  });

  it('treat the unclassified as high', () => {
    expect(treatedAs('unclassified')).toBe('high');
    expect(treatedAs('low')).toBe('low');
    expect(RISK_TIERS.filter(isHighRisk)).toEqual(['critical', 'high', 'unclassified']);
  });

  it('have a worst, unless there is none', () => {
    expect(worstRisk([risk('low'), risk('high'), risk('medium')])?.tier).toBe('high');
    expect(worstRisk([])).toBeUndefined();
  });
});
