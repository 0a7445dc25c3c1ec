/** One process of the service: the product's own parts, wired as `serve` wires them, with a life of its own. */
import { type AlertRouting, routingOf } from '../../../src/alerts/alert-routing.js';
import { writeFindingAlerts } from '../../../src/alerts/alert.store.js';
import type { AlertsConfig } from '../../../src/alerts/alerts-config.js';
import type { Channel } from '../../../src/alerts/delivery/channel.js';
import { DeliverJob } from '../../../src/alerts/delivery/deliver.job.js';
import { DeliveryStore } from '../../../src/alerts/delivery/delivery.store.js';
import { openedFindings } from '../../../src/alerts/opened-findings.js';
import { tellDue } from '../../../src/alerts/tell-due.job.js';
import { JudgeDue } from '../../../src/findings/judge-due.job.js';
import { Database } from '../../../src/platform/database.js';
import { Log } from '../../../src/platform/log.js';
import type { Schedule } from '../../../src/platform/slots.js';
import { TagKeys } from '../../../src/platform/tag-key.store.js';
import type { Claim, RunOutcome } from '../../../src/runs/claim.js';
import { JudgePulse } from '../../../src/runs/judge.job.js';
import { LeasedRun } from '../../../src/runs/leased-run.job.js';
import { PulseJob } from '../../../src/runs/pulse.job.js';
import { ReplicaStore } from '../../../src/runs/replica.store.js';
import { retireUnconfigured } from '../../../src/runs/retire-source.job.js';
import { RunSource } from '../../../src/runs/run-source.job.js';
import { ScheduleStore } from '../../../src/runs/schedule.store.js';
import { SlotStore } from '../../../src/runs/slot.store.js';
import { TIMING } from '../../../src/runs/timing.js';
import { SmallRulebook, WIPE } from '../../support/rulebook.js';
import type { Life } from './life.js';
import type { Upstream } from './upstream.js';
import { inVirtualTime } from './virtual-clock.js';

/** What a process was started with. */
export interface SiteConfig {
  readonly sources: ReadonlyMap<string, Schedule>;
}

export interface ReplicaParts {
  readonly life: Life;
  readonly config: SiteConfig;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly appUrl: string;
  readonly channel: Channel;
  /** By how much its wall clock is wrong. */
  readonly wrongMs: number;
  readonly say: (words: string) => void;
  /** Told before a run asks for anything: the moment for a mishap. */
  readonly runBegins: () => void;
  readonly runEnds: () => void;
}

/** Nobody may wipe, whatever the product calls it. */
export const RULEBOOK = new SmallRulebook([
  WIPE,
  { ...WIPE, id: 'no-wipe-by-command', permission: 'device-commands.wipe' },
]);
const RUN_LIMIT_MS = 30 * 60_000;

export const RECIPIENT = 'watch@example.com';
const ROUTE = { sources: null, scopes: null, kinds: null, hook: null, to: [RECIPIENT] };
export const ALERTS: AlertsConfig = { smtp: null, hooks: [], routes: [{ ...ROUTE, severity: 'high' }] };
const ROUTING: AlertRouting = routingOf(ALERTS);

export class Replica {
  readonly life: Life;
  readonly config: SiteConfig;
  readonly pulse: PulseJob;
  private readonly db: Database;
  private readonly judge: JudgePulse;
  private readonly deliver: DeliverJob;
  private readonly itself: ReplicaStore;
  private readonly names: readonly string[];
  private retiring: Promise<unknown> = Promise.resolve();
  private beating = false;

  constructor(private readonly parts: ReplicaParts) {
    const { life, config, appUrl, channel } = parts;
    this.life = life;
    this.config = config;
    this.names = [...config.sources.keys()];
    const db = inVirtualTime(new Database({ url: appUrl, maxConnections: 4 }));
    life.sessions.guard(db);
    this.db = db;
    const log = Log.to({ write: (line) => this.overhear(line) });
    this.itself = new ReplicaStore(db, life.name);
    this.judge = new JudgePulse(
      new JudgeDue({
        db,
        rulebook: RULEBOOK,
        waivers: () => Promise.resolve([]),
        accountOf: (name) => parts.upstreams.get(name)?.watched.ownAccount,
        told: (tx, told) =>
          writeFindingAlerts(
            tx,
            { source: told.source, seq: told.seq, opened: openedFindings(told) },
            ROUTING,
          ),
        time: life.time,
      }),
      log,
    );
    this.deliver = new DeliverJob(new DeliveryStore(db), [channel], log, life.time);
    this.pulse = this.pulseOf(db, log);
  }

  private pulseOf(db: Database, log: Log): PulseJob {
    const { life, config, upstreams } = this.parts;
    const tagKeys = new TagKeys({ no: 1, key: Buffer.alloc(32, 7) });
    const slots = new SlotStore(db, TIMING, `${life.name}.example.com/1`);
    const open = (name: string) => Promise.resolve(this.open(name));
    const story = new RunSource({ db, tagKeys, slots, routing: ROUTING, open, time: life.time });
    const retire = (configured: readonly string[]): Promise<string[]> => {
      const retired = life.during(() =>
        retireUnconfigured({ db, tagKeys, slots, routing: ROUTING, risk: {} }, configured, false),
      );
      this.retiring = retired.catch(() => undefined);
      return retired;
    };
    return new PulseJob(
      [...config.sources].map(([name, schedule]) => ({
        ...{ name, schedule, limitMs: RUN_LIMIT_MS },
        kind: upstreams.get(name)?.watched.kind ?? 'ivanti-epmm',
      })),
      new ScheduleStore(db),
      slots,
      new LeasedRun(
        slots,
        { run: (claim, signal, limitMs) => this.run(story, claim, signal, limitMs) },
        TIMING,
        life.time,
      ),
      retire,
      log,
      TIMING,
      life.time,
    );
  }

  private open(name: string) {
    const { life, upstreams, wrongMs } = this.parts;
    const upstream = upstreams.get(name);
    if (upstream === undefined) throw new Error(`nobody knows ${name}`);
    const source = upstream.connect(life, () => new Date(life.time.now() + wrongMs));
    const { tiers, fullDetail } = upstream.watched;
    return { source, configDigest: '00', tiers, simulated: true, fullDetail };
  }

  private async run(
    story: RunSource,
    claim: Claim,
    signal: AbortSignal,
    limitMs: number,
  ): Promise<RunOutcome> {
    const { life, upstreams, runBegins, runEnds, say } = this.parts;
    // a look that is under way comes to its end first: one thing after the other
    await life.time.sleep(50, signal);
    const what = `${claim.source} ${claim.dueAt.toISOString()}, epoch ${claim.epoch}`;
    const reading = upstreams.get(claim.source)?.begin(claim, life);
    say(`${life.name} reads ${what}`);
    runBegins();
    try {
      const outcome = await story.run(claim, signal, limitMs);
      say(`${life.name} ${outcome.outcome} ${what}: ${outcome.seq ?? outcome.why}`);
      return outcome;
    } catch (error) {
      say(`${life.name} breaks off ${what}: ${String(error)}`);
      throw error;
    } finally {
      if (reading) reading.over = true;
      runEnds();
    }
  }

  /** What its timers would do, one after the other. @returns whether it looked for work to the end */
  async beat(): Promise<boolean> {
    if (this.beating || this.life.dead || this.life.sleeping) return false;
    this.beating = true;
    const began = performance.now();
    await this.pulse.beat();
    const looked = (this.pulse.lookedMsAgo ?? Infinity) <= performance.now() - began;
    await this.retiring;
    await this.judge.beat();
    const { db, names: sources } = this;
    await tellDue({ db, alerts: ALERTS, sources }, (what, error) =>
      this.parts.say(`${this.life.name}: ${what}: ${String(error)}`),
    );
    await this.deliver.beat();
    await this.tellOfItself().catch(() => undefined);
    this.beating = false;
    return looked;
  }

  /** What happens at each beat in which there is nothing to do. */
  async tellOfItself(): Promise<void> {
    if (this.life.dead || this.life.sleeping) return;
    const roles = ['api', 'worker'] as const;
    await this.itself.beat({ roles, sources: this.names, version: '0', lookedMsAgo: 0, skew: null });
  }

  /** As after SIGTERM. */
  async stop(): Promise<void> {
    this.parts.say(`${this.life.name} is asked to stop`);
    await Promise.all([this.pulse.drain(), this.judge.drain(), this.deliver.drain()]);
    await this.itself.leave().catch(() => undefined);
    this.life.die('in order');
  }

  private overhear(line: string): void {
    if (this.life.dead) return;
    const { msg, why, error } = JSON.parse(line) as { msg: string; why?: string; error?: unknown };
    if (['run begins', 'run ended', 'message sent', 'judged'].includes(msg)) return;
    const more = error === undefined ? '' : ` ${JSON.stringify(error).slice(0, 200)}`;
    this.parts.say(`${this.life.name}: ${msg}${why === undefined ? '' : `: ${why}`}${more}`);
  }
}
