import { once } from 'node:events';

/**
 * Waits for something, and no longer than until `signal`: where what is waited for does not hear it, as undici does not
 * while it makes a connection. What comes later is dropped.
 * @throws what it throws, or the signal's reason
 */
export async function unlessAborted<T>(signal: AbortSignal, awaited: Promise<T>): Promise<T> {
  awaited.catch(() => undefined);
  signal.throwIfAborted();
  const over = new AbortController();
  const aborted = once(signal, 'abort', { signal: over.signal }).then(() => {
    throw signal.reason;
  });
  aborted.catch(() => undefined);
  try {
    return await Promise.race([awaited, aborted]);
  } finally {
    over.abort();
  }
}
