/**
 * What every session of ours is told, whatever server, database and role have set: where the tables are, how values are
 * written on the wire, and what a transaction is. Prisma's adapter drops the offset of a timestamptz, and would read and
 * write wrong instants in another zone; pg reads dates as ISO alone.
 */
const SESSION = [
  '-c TimeZone=UTC',
  '-c search_path=public',
  '-c DateStyle=ISO',
  '-c client_encoding=UTF8',
  '-c bytea_output=hex',
  '-c extra_float_digits=1',
  '-c standard_conforming_strings=on',
  '-c array_nulls=on',
  '-c transform_null_equals=off',
  '-c default_transaction_isolation=read\\ committed',
];

/**
 * A setting that nobody but us can have made: whoever does not hear it hears none of the others. A server that happens
 * to be in UTC would else pass for one that was told, and then neither drop to the role nor keep a lock for a session.
 */
const MARK = 'rolewatch.told';

/**
 * Whether this session was told what it should be, and whether triggers fire in it: they keep the journal, and keep rows
 * from being rewritten. A superuser can switch them off for a role or a database, as a copy of one is loaded, and forget it.
 */
export const HOW_IT_IS = `SELECT coalesce(current_setting('${MARK}', true), '') = 'yes' AS told,
  current_setting('session_replication_role') <> 'replica' AS guarded`;

export interface Session {
  readonly connectionString: string;
  readonly options: string;
}

/** Options that the address names come first, so that ours win; pg would take those of the address and drop ours. */
export function sessionAt(url: string, settings: readonly string[] = []): Session {
  const address = new URL(url);
  const named = address.searchParams.getAll('options');
  for (const name of ['options', 'client_encoding']) address.searchParams.delete(name);
  return {
    connectionString: address.href,
    options: [...named, ...SESSION, `-c ${MARK}=yes`, ...settings].join(' '),
  };
}
