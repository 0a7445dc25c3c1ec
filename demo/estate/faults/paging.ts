/** Faults of counting and paging. */
import type { Asked, Fault } from '../simulated-server.js';
import { listingOf, shuffled } from '../listing.js';
import type { Listing, Row } from '../listing.js';
import { firstRows, withKey } from './keys.js';

/** Puts any value in the place of a count; `undefined` leaves it out. */
export function count(field: string, value: unknown): Fault {
  return {
    name: `${field} ${value === undefined ? 'missing' : JSON.stringify(value)}`,
    answer(reply) {
      reply.counts[field] = value;
    },
  };
}

/** The stated total differs from the truth by `by`, and by `perPage` more on each further page. */
export function totalOff(by: number, perPage = 0): Fault {
  return {
    name: `total wrong by ${by}${perPage === 0 ? '' : `, and by ${perPage} more on each page`}`,
    answer(reply, call) {
      const { total } = reply.envelope;
      reply.counts[total] = Number(reply.counts[total]) + by + (call.offset > 0 ? perPage * call.offset : 0);
    },
  };
}

/** Every page is the first one. */
export function offsetIgnored(): Fault {
  return {
    name: 'offset ignored',
    ask(call) {
      call.offset = 0;
    },
  };
}

/** `offset` taken for a page number, as one public client believes. */
export function offsetAsPage(): Fault {
  return {
    name: 'offset taken for a page number',
    ask(call) {
      call.offset *= call.limit;
    },
  };
}

/** The server gives at most `rows`, whatever `limit` says. */
export function pageSizeCut(rows: number): Fault {
  return {
    name: `page size cut to ${rows}`,
    ask(call) {
      call.limit = Math.min(call.limit, rows);
    },
  };
}

/** There is always another page, with rows never seen before. @param size what the list says of itself */
export function endlessPaging(size = 1_000_000_000): Fault {
  return {
    name: 'endless paging',
    list: (listing) =>
      listing.size === 0
        ? listing
        : {
            size,
            at(index) {
              const row = listing.at(index % listing.size);
              return index < listing.size ? row : withKey(row, `endless-${index}`);
            },
          },
    answer(reply) {
      if ('hasMore' in reply.counts) reply.counts['hasMore'] = true;
    },
  };
}

/** There is always another page, with rows that came before, cut elsewhere. @param size what the list says of itself */
export function comesRound(size: number): Fault {
  return {
    name: 'rows come round again',
    list: (listing) =>
      listing.size === 0 ? listing : { size, at: (index) => listing.at(index % listing.size) },
  };
}

/** From the second page on a new row stands in front: the last row of the page before comes again. */
export function rowAddedBetweenPages(): Fault {
  return later('row added between pages', (listing) => {
    if (listing.size === 0) return listing;
    const newcomer = withKey(listing.at(0), 'added-between-pages');
    return { size: listing.size + 1, at: (index) => (index === 0 ? newcomer : listing.at(index - 1)) };
  });
}

/** From the second page on the first row is gone: the others move up, and a living one is in no page. */
export function rowRemovedBetweenPages(): Fault {
  return later('row removed between pages', (listing) => withoutFirst(listing));
}

/** As before, and one comes at the end: total and distinct keys are right, and a living row was in no page. */
export function rowReplacedBetweenPages(): Fault {
  return later('row replaced between pages', (listing) => {
    if (listing.size === 0) return listing;
    const rest = withoutFirst(listing);
    const last = withKey(listing.at(0), 'came-between-pages');
    return { size: listing.size, at: (index) => (index < rest.size ? rest.at(index) : last) };
  });
}

/** Each page is cut from another order of the same rows. */
export function reshuffledBetweenPages(): Fault {
  return later('rows reshuffled between pages', (listing, call) => shuffled(listing, 17 + call.offset));
}

/** The page is there and has no rows, the counts speak of all of them. */
export function emptyPage(): Fault {
  const none: readonly Row[] = [];
  return {
    name: 'page without rows',
    answer(reply) {
      reply.rows = none;
      if ('resultCount' in reply.counts) reply.counts['resultCount'] = 0;
    },
  };
}

/** Only the first `rows` exist. Everything is consistent: only who knew the others can tell. */
export function onlyFirst(rows: number): Fault {
  return { name: `only the first ${rows} rows`, list: (listing) => firstRows(listing, rows) };
}

/** Nothing is there, and the counts agree. */
export function empty(): Fault {
  return { name: 'empty', list: () => listingOf([]) };
}

function later(name: string, change: (listing: Listing, call: Asked) => Listing): Fault {
  return { name, list: (listing, call) => (call.offset === 0 ? listing : change(listing, call)) };
}

function withoutFirst(listing: Listing): Listing {
  return { size: Math.max(0, listing.size - 1), at: (index) => listing.at(index + 1) };
}
