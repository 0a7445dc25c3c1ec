import { nearest } from './nearest.js';

const KNOWN = ['name', 'password', 'directoryDetail', 'url', 'all'];

describe('nearest', () => {
  it.each([
    ['pasword', 'password'],
    ['PASSWORD', 'password'],
    ['directory-detail', 'directoryDetail'],
    ['ulr', 'url'],
    ['nmae', 'name'],
  ])('%s is %s', (typed, meant) => expect(nearest(typed, KNOWN)).toBe(meant));

  it.each(['colour', 'x', ''])('%j is nothing known: a wrong guess is worse than none', (typed) => {
    expect(nearest(typed, KNOWN)).toBeUndefined();
  });

  it('knows nothing among nothing', () => expect(nearest('name', [])).toBeUndefined());
});
