/**
 * Loaded before a program (`node --import dist/bench/watched.js …`): writes at its end what it took, as one line of JSON, into
 * the file that BENCH_RESULT names.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

const file = process.env.BENCH_RESULT;
if (file !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  process.on('exit', () => {
    const { maxRSS } = process.resourceUsage();
    const ms = (nanoseconds: number): number => Math.round(nanoseconds / 1e6);
    const loop = { loopDelayP99Ms: ms(delay.percentile(99)), loopDelayMaxMs: ms(delay.max) };
    const seconds = Number((performance.now() / 1000).toFixed(1));
    writeFileSync(file, JSON.stringify({ seconds, peakMiB: Math.round(maxRSS / 1024), ...loop }));
  });
}
