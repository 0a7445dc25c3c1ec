import fc from 'fast-check';
import { compareKeys, compareText, groupBy, without } from './collect.js';

const keys = fc.oneof(fc.nat(200).map(String), fc.constantFrom('a', '1a', 'a1', ''));

describe('laws of order', () => {
  it('numbers come by their value, before everything else, which comes by code unit', () => {
    fc.assert(
      fc.property(fc.uniqueArray(keys), (all) => {
        const isNumber = (key: string): boolean =>
          key !== '' && [...key].every((sign) => '0123456789'.includes(sign));
        const numbers = all.filter(isNumber).map(Number);
        const others = all.filter((key) => !isNumber(key));
        const sorted = [...numbers.sort((a, b) => a - b).map(String), ...others.sort()];
        expect([...all].sort(compareKeys)).toEqual(sorted);
        for (const key of all) expect(compareKeys(key, key)).toBe(0);
      }),
    );
  });

  it('what is not in another set is given once, sorted, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(keys), fc.array(keys), (a, b) => {
        expect(without(a, b)).toEqual([...new Set(a)].filter((one) => !b.includes(one)).sort());
        expect(without([...a].reverse(), b)).toEqual(without(a, b));
        expect([...a].sort(compareText)).toEqual([...a].sort());
      }),
    );
  });

  it('groups hold everything once, in the order in which it came', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (all) => {
        const groups = groupBy(all, (n) => n % 3);
        for (const [key, group] of groups) expect(group).toEqual(all.filter((n) => n % 3 === key));
        expect([...groups.values()].flat()).toHaveLength(all.length);
      }),
    );
  });
});
