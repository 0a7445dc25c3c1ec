import type { ListMapping } from './http-config.js';
import { readPage } from './http-page.js';

const MAPPING: ListMapping = {
  path: '/people',
  query: {},
  itemsAt: ['items'],
  totalAt: ['total'],
  paging: { style: 'none' },
  moments: 'iso',
  fields: { id: ['id'], name: ['name'] },
  roleIdAt: null,
  permissions: null,
};

function read(answer: object) {
  const bytes = Buffer.from(JSON.stringify(answer));
  const at = new Date();
  return readPage(
    { bytes, sentAt: at, receivedAt: at },
    { stream: 'members', team: 'acme', no: 0, mapping: MAPPING },
  );
}
const faultsOf = (answer: object) => read(answer).faults.map(({ code, message }) => `${code}: ${message}`);

describe('a page of a server', () => {
  it.each([
    [2 ** 40, 100_000_000],
    ['9', null],
    [1.5, null],
    [-1, null],
    [undefined, null],
  ])('whose total is %s says so, and counts no further than the store can', (total, kept) => {
    const page = read({ items: [], total });
    expect(page.total).toBe(kept);
    expect(page.listFaults).toEqual([
      {
        code: 'bad-count',
        message: `members, page 0: total: expected a whole number from 0 to 100000000 (totalAt), received ${total === undefined ? 'nothing' : JSON.stringify(total)}`,
      },
    ]);
  });

  it('says what came where its items are due', () => {
    expect(() => read({ items: null, total: 0 })).toThrow(
      'members, page 0: items: expected a list (itemsAt), received null',
    );
    expect(() => read({ total: 0 })).toThrow('received nothing');
  });

  it.each([
    ['id', { id: '*****', name: 'Ann' }],
    ['name', { id: 'ann', name: '***' }],
  ])('with stars for the %s is masked, and not what it says', (_, item) => {
    const answer = { items: [{ id: 'ben', name: 'Ben' }, item], total: 2 };
    expect(read(answer).records()).toHaveLength(1);
    expect(faultsOf(answer)).toEqual([
      'masked: members, page 0: items: 1 of 2 items have ***** where an id or a name is due: let whoever reads see them, then run again; nothing is compared until then',
    ]);
  });

  it('is known again by whom it is about, whatever else it says of them', () => {
    const page = (id: string, seen: number) => read({ items: [{ id, name: 'Ann', seen }], total: 1 });
    expect(page('ann', 1).fingerprint).toBe(page('ann', 2).fingerprint);
    expect(page('ann', 1).fingerprint).not.toBe(page('ben', 1).fingerprint);
  });
});
