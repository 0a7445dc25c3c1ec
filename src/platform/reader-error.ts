/** What Prisma's adapter makes of an error of the driver; only what is read of it. */
interface Wrapped {
  readonly originalCode?: unknown;
  readonly originalMessage?: unknown;
  readonly severity?: unknown;
  readonly kind?: unknown;
}

/** Its own words for what the driver says by a code of the network. */
const NETWORK: Readonly<Record<string, string>> = {
  DatabaseNotReachable: 'ECONNREFUSED',
  ConnectionClosed: 'ECONNRESET',
  SocketTimeout: 'ETIMEDOUT',
};

/**
 * The error as the driver had it. Prisma, by which some is read, hides it behind codes and words of its own; whoever
 * asks what became of the database should not need to know who asked it.
 */
export function driverError(error: unknown): unknown {
  const wrapped = wrappedIn(error);
  if (wrapped === undefined) return error;
  const { originalCode, originalMessage, severity, kind } = wrapped;
  if (typeof originalCode === 'string')
    return Object.assign(new Error(String(originalMessage)), {
      ...{ severity: severity ?? 'ERROR', code: originalCode, cause: error },
    });
  const code = NETWORK[String(kind)];
  return code === undefined ? error : Object.assign(new Error(String(kind), { cause: error }), { code });
}

function wrappedIn(error: unknown): Wrapped | undefined {
  if (typeof error !== 'object' || error === null || !('meta' in error)) return undefined;
  const { driverAdapterError } = (error.meta ?? {}) as { driverAdapterError?: { cause?: Wrapped } };
  return driverAdapterError?.cause;
}
