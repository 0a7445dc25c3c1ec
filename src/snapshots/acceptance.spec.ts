import { judgeRead, type ReadFacts } from './acceptance.js';

const good: ReadFacts = { rows: 10, totals: [10], distinct: 10, repeats: [], missing: 0, faults: [] };
const identical = { identical: true, remembered: false, again: true };

describe('a read', () => {
  it('is accepted when the rows are as many as the one stated total', () => {
    expect(judgeRead(good)).toMatchObject({ accepted: true, verdict: 'complete', why: null });
  });

  it('is accepted without a total where the source states none', () => {
    expect(judgeRead({ ...good, totals: [] }).accepted).toBe(true);
  });

  it.each([
    ['a total that is too high', { totals: [11] }, 'the stated total is 11, but the pages gave 10 rows'],
    ['a total that is too low', { totals: [9] }, 'the stated total is 9'],
    ['a total that changed', { totals: [10, 11] }, 'changed while reading: 10, then 11'],
    [
      'a repeat with other content',
      { repeats: [{ ...identical, identical: false, remembered: true }] },
      '1 keys came twice',
    ],
    ['a fresh repeat with something missing', { repeats: [identical], missing: 2 }, '2 known records'],
    ['a repeat seen for the first time', { repeats: [{ ...identical, again: false }] }, 'not before'],
  ])('is partial and worth repeating with %s', (_, change, why) => {
    const judged = judgeRead({ ...good, ...change });
    expect(judged).toMatchObject({ accepted: false, verdict: 'partial', worthRepeating: true });
    expect(judged.why).toContain(why);
  });

  it('is accepted with an identical repeat that comes again if nothing is missing, or that is remembered', () => {
    expect(judgeRead({ ...good, distinct: 9, repeats: [identical] }).accepted).toBe(true);
    expect(judgeRead({ ...good, repeats: [{ ...identical, remembered: true }], missing: 3 }).accepted).toBe(
      true,
    );
  });

  it('names the first fault and counts the others', () => {
    const fault = { code: 'bad-row' as const, message: 'results[3].dn is empty' };
    expect(judgeRead({ ...good, faults: [fault, fault] }).why).toBe('results[3].dn is empty (and 1 more)');
  });

  it('is denied or masked before anything else, and never repeated then', () => {
    const denied = { code: 'denied' as const, message: '403' };
    const masked = { code: 'masked' as const, message: '*****' };
    expect(judgeRead({ ...good, faults: [denied] })).toMatchObject({
      verdict: 'denied',
      worthRepeating: false,
    });
    expect(judgeRead({ ...good, totals: [1, 2], faults: [masked] })).toMatchObject({ verdict: 'masked' });
  });

  it('is not worth repeating when the server could not be reached', () => {
    const gone = { code: 'unreachable' as const, message: 'refused' };
    expect(judgeRead({ ...good, faults: [gone] })).toMatchObject({
      verdict: 'partial',
      worthRepeating: false,
    });
  });
});
