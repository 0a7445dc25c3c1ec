/** The lists of the EPMM V2 admin API that are read, and how each is asked for. */

export const STREAMS = ['device_spaces', 'users', 'user_summary', 'ldap_entity_summary', 'roles'] as const;
export type Stream = (typeof STREAMS)[number];

export interface List {
  /** Below `api/v2/`. */
  readonly call: string;
  /** Whether it is asked for in every device space. */
  readonly scoped: boolean;
  /** The vendor's highest `limit`; null where the call takes neither limit nor offset. */
  readonly maxRows: number | null;
  /**
   * How the end is known: `total` rows, `totalCount` categories that hold the rows, or `hasMore` with a total
   * only where one is sent.
   */
  readonly counting: 'total' | 'categories' | 'more';
  /** Sent as they are. Sorting is explicit where it is documented, so that offsets mean the same on each page. */
  readonly query: Readonly<Record<string, string>>;
}

const SORTED = { sortField: 'name', sortOrder: 'ASC' };

export const LISTS: Readonly<Record<Stream, List>> = {
  device_spaces: { call: 'device_spaces', scoped: false, maxRows: 10_000, counting: 'more', query: {} },
  users: { call: 'admins/users', scoped: false, maxRows: 200, counting: 'total', query: SORTED },
  user_summary: {
    call: 'admins/user_summary',
    scoped: true,
    maxRows: 10_000,
    counting: 'total',
    query: SORTED,
  },
  ldap_entity_summary: {
    call: 'admins/ldap_entity_summary',
    scoped: true,
    maxRows: 10_000,
    counting: 'total',
    query: { type: 'ALL', ...SORTED },
  },
  roles: { call: 'admins/roles', scoped: true, maxRows: null, counting: 'categories', query: {} },
};

/** The vendor's highest offset. */
export const MAX_OFFSET = 10_000_000;

export const PLAIN_STREAMS = STREAMS.filter((stream) => !LISTS[stream].scoped && stream !== 'device_spaces');
export const SCOPED_STREAMS = STREAMS.filter((stream) => LISTS[stream].scoped);

/** @throws RangeError: a step that this product does not have is a mistake of ours, not of the server */
export function streamOf(name: string): Stream {
  const stream = STREAMS.find((known) => known === name);
  if (stream === undefined) throw new RangeError(`ivanti-epmm has no stream ${name}`);
  return stream;
}
