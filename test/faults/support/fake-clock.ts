import { spawnSync } from 'node:child_process';

/**
 * What to add to a process's environment, so that it reads another time of day; its timers go on as before. Debian's
 * `faketime` does the same, and stands between us and the process: signals end it, and not the process.
 * @param how FAKETIME itself, or where it reads it from
 */
export function fakeClock(
  how: { readonly FAKETIME: string } | { readonly FAKETIME_TIMESTAMP_FILE: string },
): NodeJS.ProcessEnv {
  return {
    ...how,
    // the loader knows where a system keeps its libraries
    LD_PRELOAD: '/usr/$LIB/faketime/libfaketime.so.1',
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}

/** Some libraries and sanitisers do not go with it, and then whatever is tested would hold. */
export function expectFakeClocksToWork(): void {
  const env = { ...process.env, ...fakeClock({ FAKETIME: '+7200' }) };
  const { stdout } = spawnSync(process.execPath, ['-p', 'Date.now()'], { env, encoding: 'utf8' });
  expect(Math.abs(Number(stdout) - Date.now() - 7_200_000)).toBeLessThan(60_000);
}
