/** Rows by index, made when they are asked for: a listing of a million rows holds none of them. */
export type Row = Readonly<Record<string, unknown>>;

export interface Listing {
  readonly size: number;
  at(index: number): Row;
}

export function listingOf(rows: readonly Row[]): Listing {
  return {
    size: rows.length,
    at(index) {
      const row = rows[index];
      if (row === undefined) throw new RangeError(`row ${index} of ${rows.length}`);
      return row;
    },
  };
}

/** The rows from `offset` on, at most `limit`. */
export function* rowsFrom(listing: Listing, offset: number, limit: number): Generator<Row> {
  const end = Math.min(listing.size, offset + limit);
  for (let index = offset; index < end; index++) yield listing.at(index);
}

export function mapRows(listing: Listing, change: (row: Row, index: number) => Row): Listing {
  return { size: listing.size, at: (index) => change(listing.at(index), index) };
}

/** The same rows in another order, the same one for equal seeds, without a table of indexes. */
export function shuffled(listing: Listing, seed: number): Listing {
  const { size } = listing;
  if (size < 2) return listing;
  const step = stepFor(size, seed);
  const start = Math.abs(seed * 7919) % size;
  return { size, at: (index) => listing.at((start + index * step) % size) };
}

/** A step without a common divisor with `size` visits every index once. */
function stepFor(size: number, seed: number): number {
  let step = (Math.abs(Math.imul(seed, 2654435761)) % size) + 1;
  while (step === 1 ? size > 3 : divisor(step, size) !== 1) step = (step % size) + 1;
  return step;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
