/**
 * One run of one source as `rolewatch run` makes it (read, publish, judge, tell), in a process of its own, so that its
 * peak memory can be told from the server's: `node dist/bench/read-once.js DATA_DIR CONFIG`. Prints one line of JSON.
 * Started by the other files of this folder.
 */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { loadConfig } from '../src/config.js';
import { judgePartsOf } from '../src/judging.js';
import { openDatabase } from '../src/platform/open-database.js';
import { keepHeapSteady } from '../src/platform/steady-heap.js';
import { runNow } from '../src/runs/run-now.job.js';

keepHeapSteady();
const [dataDir = '', file = ''] = process.argv.slice(2);
const config = await loadConfig(file);
const [source] = config.sources;
if (source === undefined) throw new Error(`${file} names no source`);
const opened = await openDatabase({ dataDir });
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
const began = performance.now();
const report = await runNow(source, {
  opened,
  sources: config.sources,
  risk: config.rules.risk,
  alerts: config.alerts,
  judge: judgePartsOf(config, opened.db),
  signal: new AbortController().signal,
  progress: () => undefined,
});
delay.disable();
const seconds = (performance.now() - began) / 1000;
await opened.close();
process.stdout.write(
  `${JSON.stringify({
    outcome: report.outcome,
    ...(report.why !== undefined && { why: report.why }),
    changes: report.drift?.changes.length ?? 0,
    findings: report.judgement?.opened ?? 0,
    ...(report.judgement?.notJudged !== undefined && { notJudged: report.judgement.notJudged }),
    seconds: Number(seconds.toFixed(1)),
    peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    loopDelayP99Ms: Math.round(delay.percentile(99) / 1e6),
    loopDelayMaxMs: Math.round(delay.max / 1e6),
  })}\n`,
);
