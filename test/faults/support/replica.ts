/**
 * One replica of the service as a process of its own: everything is the product's, only its waits are shorter, so that
 * a fault of seconds is a long one. Arguments: configuration file, seconds between slots, the longest wait for one
 * statement in milliseconds. Says `up` once it looks for work, and each ruleset it cannot read; ends in order on SIGTERM.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AlertsJob } from '../../../src/alerts/alerts.job.js';
import { routingOf } from '../../../src/alerts/alert-routing.js';
import { loadConfig } from '../../../src/config.js';
import { JudgeDue } from '../../../src/findings/judge-due.job.js';
import { judgePartsOf } from '../../../src/judging.js';
import { Database } from '../../../src/platform/database.js';
import { Log } from '../../../src/platform/log.js';
import { openDatabase } from '../../../src/platform/open-database.js';
import { JudgePulse } from '../../../src/runs/judge.job.js';
import { LeasedRun } from '../../../src/runs/leased-run.job.js';
import { openConfigured } from '../../../src/runs/opened-source.job.js';
import { PulseJob } from '../../../src/runs/pulse.job.js';
import { RunSource } from '../../../src/runs/run-source.job.js';
import { ScheduleStore } from '../../../src/runs/schedule.store.js';
import { SlotStore } from '../../../src/runs/slot.store.js';

const TIMING = { leaseMs: 3_000, renewMs: 700, graceMs: 3_000, handBackMs: 3_000 };
const PULSE_MS = 200;

async function main(configFile: string, everySeconds: number, queryTimeoutMs: number): Promise<void> {
  const config = await loadConfig(configFile);
  const log = Log.toStderr(process.env['LOG_LEVEL'] ?? 'fatal');
  const opened = await openDatabase({ dataDir: '.', log });
  const { tagKeys } = opened;
  const db = new Database({
    url: process.env['DATABASE_URL'] ?? '',
    queryTimeoutMs,
    onIdleError: () => undefined,
  });
  const slots = new SlotStore(db, TIMING);
  const configured = { sources: config.sources, risk: config.rules.risk };
  const routing = routingOf(config.alerts);
  const story = new RunSource({
    db,
    tagKeys,
    slots,
    routing,
    open: (name) => openConfigured(configured, name),
  });
  const sources = config.sources.map(({ name, kind, limits }) => ({
    name,
    kind,
    schedule: { expression: `*/${everySeconds} * * * * *`, timezone: 'Europe/Berlin' },
    limitMs: limits.runMinutes * 60_000,
  }));
  const pulse = new PulseJob(
    sources,
    new ScheduleStore(db),
    slots,
    new LeasedRun(slots, story, TIMING),
    () => Promise.resolve([]),
    log,
    TIMING,
  );
  const judge = new JudgePulse(new JudgeDue(judgePartsOf(config, db)), log);
  const alerts = new AlertsJob({ db, alerts: config.alerts, sources: sources.map(({ name }) => name) }, log);
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  process.stdout.write('up\n');
  let said: string | null = null;
  while (!stop.signal.aborted) {
    await judge.beat();
    await pulse.beat();
    await alerts.beat();
    if (judge.notJudging !== said)
      process.stdout.write(`not judging: ${String((said = judge.notJudging))}\n`);
    await sleep(PULSE_MS, undefined, { signal: stop.signal }).catch(() => undefined);
  }
  await Promise.all([pulse.drain(), judge.drain(), alerts.drain()]);
  await db.close();
  await opened.close();
}

const [configFile = '', everySeconds = '2', queryTimeoutMs = '10000'] = process.argv.slice(2);
void main(configFile, Number(everySeconds), Number(queryTimeoutMs));
