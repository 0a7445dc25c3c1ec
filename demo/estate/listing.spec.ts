import { listingOf, mapRows, rowsFrom, shuffled } from './listing.js';

const numbered = (size: number) => listingOf(Array.from({ length: size }, (_, n) => ({ n })));
const order = (listing: ReturnType<typeof numbered>) =>
  [...rowsFrom(listing, 0, listing.size)].map((row) => row['n']);

describe('a listing', () => {
  it('gives a part of its rows, and none beyond its end', () => {
    expect([...rowsFrom(numbered(5), 3, 10)]).toEqual([{ n: 3 }, { n: 4 }]);
    expect([...rowsFrom(numbered(5), 5, 10)]).toEqual([]);
  });

  it('maps a row only when it is asked for', () => {
    const asked: number[] = [];
    const mapped = mapRows(numbered(1000), (row, index) => (asked.push(index), row));
    mapped.at(7);
    expect(asked).toEqual([7]);
  });

  it('shuffles without losing or repeating a row, whatever its size and seed', () => {
    for (let size = 0; size <= 60; size++)
      for (const seed of [-3, 0, 1, 2, 7, 1000, 2 ** 31])
        expect(new Set(order(shuffled(numbered(size), seed))).size).toBe(size);
  });

  it('shuffles into another order, the same one for the same seed', () => {
    const plain = order(numbered(50));
    expect(order(shuffled(numbered(50), 7))).not.toEqual(plain);
    expect(order(shuffled(numbered(50), 7))).toEqual(order(shuffled(numbered(50), 7)));
    expect(order(shuffled(numbered(50), 8))).not.toEqual(order(shuffled(numbered(50), 7)));
  });
});
