import type { ListMapping, PagingStyle } from './http-config.js';
import { type Answered, HttpPaging } from './http-paging.js';

const OFFSET: PagingStyle = { style: 'offset', offset: 'skip', limit: 'take', size: 2 };
const CURSOR: PagingStyle = { style: 'cursor', cursor: 'after', nextAt: ['next'] };

function paging(style: PagingStyle): HttpPaging {
  const mapping: ListMapping = {
    path: '/t',
    query: {},
    itemsAt: ['items'],
    totalAt: null,
    paging: style,
    moments: 'iso',
    fields: { id: ['id'] },
    roleIdAt: null,
    permissions: null,
  };
  return new HttpPaging(mapping, 'https://emm.example.com');
}

let answers = 0;
const answer = (rows: number, more: Partial<Answered> = {}): Answered => ({
  envelope: {},
  rows,
  total: null,
  fingerprint: `${++answers}`,
  link: undefined,
  ...more,
});

/** Pages that are asked for until nothing more is, and what was wrong with the last one. */
function readAll(reading: HttpPaging, give: (no: number) => Answered): [number, readonly string[]] {
  for (let no = 1; ; no++) {
    const { next, faults } = reading.accept(give(no));
    if (next === null) return [no, faults];
  }
}

describe('paging', () => {
  it('ends where a list without a total goes on and on', () => {
    expect(readAll(paging(OFFSET), () => answer(2))).toEqual([
      1000,
      [expect.stringContaining('no end after 1000 pages and 2000 items: if there are so many')],
    ]);
    const next = (no: number) => answer(0, { envelope: { next: no } });
    expect(readAll(paging(CURSOR), next)).toEqual([16, ['no end after 16 pages and 0 items']]);
    const some = (no: number) => answer(no % 16 === 0 ? 1 : 0, { envelope: { next: no } });
    expect(readAll(paging(CURSOR), some)[0]).toBe(1000);
  });

  it('ends a while after the pages that the first total promised', () => {
    const [pages, faults] = readAll(paging(OFFSET), (no) => answer(2, { total: 8 + 2 * no }));
    expect(pages).toBe(2 * 5 + 16);
    expect(faults.at(-1)).toContain('no end after 26 pages');
  });

  it('does not begin with what no server has', () => {
    expect(readAll(paging(OFFSET), () => answer(2, { total: 100_000_000 }))).toEqual([
      1,
      [expect.stringContaining('the total is 100000000, which is more than 10000 pages')],
    ]);
  });

  it.each([
    [[2, 2], true],
    [[2, 1], false],
    [[1, 1], true], // the server gives fewer at once than it is asked for
    [[1], false],
  ])('of pages with %j items ends on a full one: %s', (rows, full) => {
    const reading = paging(OFFSET);
    for (const count of rows) reading.accept(answer(count, { total: rows.reduce((a, b) => a + b) }));
    expect(reading.endedOnFullPage).toBe(full);
  });

  it('does not follow what is no address', () => {
    expect(paging({ style: 'link' }).accept(answer(1, { link: '<http://[>; rel=next' }))).toEqual({
      next: null,
      faults: ['the address of the next page is none: not followed'],
    });
  });
});
