import { right } from '../../../test/support/judge-ground.js';
import { isMeant, pathOf, Selectors } from './selectors.js';

const ROLES = [
  { id: '7', name: 'Team Owner', scope: '1', permissions: [] },
  { id: '8', name: null, scope: '1', permissions: [] },
];
const selector = (name: string) => new Selectors(ROLES).of([name])[0]!;

const OWNED = right('Wipe device', { role: '7' });
const NAMELESS = right('Wipe all', { role: '8' });
const UNKNOWN = right('role:99', { role: '99' });
const SINGLE = right('View device', { role: null });
const ALL = [OWNED, NAMELESS, UNKNOWN, SINGLE];

describe('a name of rights', () => {
  it.each([
    ['Wipe device', [OWNED]],
    ['Wipe*', [OWNED, NAMELESS]],
    ['*', ALL],
    ['wipe device', []],
    ['role:7', [OWNED]],
    ['role:*', [OWNED, NAMELESS, UNKNOWN]],
    ['role-named:Team Owner', [OWNED]],
    ['role-named:Team*', [OWNED]],
    ['role-named:null', []],
  ])('%s', (name, meant) => {
    expect(selector(name).in(ALL)).toEqual(meant);
  });

  it('that ends in a star means every text that begins so, and no other pattern is one', () => {
    expect(['a', 'ab', 'a*', 'ba'].filter((text) => isMeant('a*', text))).toEqual(['a', 'ab', 'a*']);
    expect(['a', 'a.b', 'axb', 'a*b'].filter((text) => isMeant('a*b', text))).toEqual(['a*b']);
  });
});

describe('a right that was found', () => {
  it('by its permission is told as it is held', () => {
    expect(selector('Wipe*').reason(OWNED)).toEqual({
      because: { permission: 'Wipe device', role: '7', scope: '1' },
      matched: 'Wipe device @ 1',
    });
    expect(selector('Wipe*').called(OWNED)).toBe('Wipe device');
  });

  it('by its role is told as the role: what it gives besides is no growth', () => {
    const latent = { ...OWNED, latent: true };
    expect(selector('role:7').reason(latent)).toEqual({
      because: { role: '7', scope: '1' },
      matched: 'role 7 @ 1',
    });
    expect(selector('role-named:Team Owner').called(OWNED)).toBe('role 7');
  });

  it('has a path of what is there, and of nothing else', () => {
    const group = { id: '9', name: 'Field Ops' };
    expect(pathOf(right('A', { role: '7', through: group, latent: true }))).toEqual({
      ...{ permission: 'A', role: '7', scope: '1', through: '9', latent: true },
    });
    expect(Object.keys(pathOf(SINGLE)).sort()).toEqual(['permission', 'scope']);
    // a role that no catalogue explains is no permission
    expect(pathOf(UNKNOWN)).toEqual({ role: '99', scope: '1' });
  });
});
