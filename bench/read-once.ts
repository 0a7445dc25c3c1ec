/**
 * One run of one source, in a process of its own, so that its peak memory can be told from the server's:
 * `node dist/bench/read-once.js DATA_DIR URL NAME`, the password in BENCH_PASSWORD. Prints one line of JSON. Started by bench/memory.ts.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openDatabase } from '../src/platform/open-database.js';
import { keepHeapSteady } from '../src/platform/steady-heap.js';
import { openConfigured } from '../src/runs/opened-source.job.js';
import { RunSource } from '../src/runs/run-source.job.js';
import { ScheduleStore } from '../src/runs/schedule.store.js';
import { SlotStore } from '../src/runs/slot.store.js';
import { checkYaml } from '../src/platform/config/check.js';
import { sourcesSchema } from '../src/sources/source-config.js';

keepHeapSteady();
const [dataDir = '', url = '', name = 'bench'] = process.argv.slice(2);
const sources = checkYaml(
  `- { name: ${name}, kind: ivanti-epmm, url: "${url}", username: auditor, password: { env: BENCH_PASSWORD }, simulated: true }`,
  'bench',
  sourcesSchema('.'),
);
const opened = await openDatabase({ dataDir });
const slots = new SlotStore(opened.db);
await new ScheduleStore(opened.db).register([{ name, kind: 'ivanti-epmm' }]);
const runner = new RunSource({
  db: opened.db,
  tagKeys: opened.tagKeys,
  slots,
  open: (source) => openConfigured({ sources: sources, risk: {} }, source),
});
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
const began = performance.now();
const outcome = await runner.run(await slots.claimManual(name), new AbortController().signal);
delay.disable();
const seconds = (performance.now() - began) / 1000;
await opened.close();
process.stdout.write(
  `${JSON.stringify({
    ...outcome,
    seconds: Number(seconds.toFixed(1)),
    peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    loopDelayP99Ms: Math.round(delay.percentile(99) / 1e6),
  })}\n`,
);
