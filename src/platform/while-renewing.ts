import { OWN_TIME, type OwnTime } from './own-time.js';

/**
 * Does `work`, and renews what it holds every so often. A renewal that fails is left to the next one: whether the work
 * still counts is decided where it is recorded.
 */
export async function whileRenewing<T>(
  renew: () => Promise<unknown>,
  everyMs: number,
  work: () => Promise<T>,
  time: Pick<OwnTime, 'sleep'> = OWN_TIME,
): Promise<T> {
  const ended = new AbortController();
  void renewUntil(ended.signal, renew, everyMs, time);
  try {
    return await work();
  } finally {
    ended.abort();
  }
}

async function renewUntil(
  ended: AbortSignal,
  renew: () => Promise<unknown>,
  everyMs: number,
  { sleep }: Pick<OwnTime, 'sleep'>,
): Promise<void> {
  const passed = (): Promise<boolean> =>
    sleep(everyMs, ended).then(
      () => true,
      () => false,
    );
  while (await passed()) await renew().catch(() => undefined);
}
