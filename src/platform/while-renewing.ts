/**
 * Does `work`, and renews what it holds every so often. A renewal that fails is left to the next one: whether the work
 * still counts is decided where it is recorded.
 */
export async function whileRenewing<T>(
  renew: () => Promise<unknown>,
  everyMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const timer = setInterval(() => void renew().catch(() => undefined), everyMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
