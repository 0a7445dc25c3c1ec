import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { Database } from '../platform/database.js';
import { type Actor, maySee } from '../platform/http/actor.js';
import { HttpMetrics } from '../platform/http/http-metrics.js';
import { Health } from './health.job.js';
import {
  type Counted,
  messageCounts,
  openFindingCounts,
  retentionAges,
  retentionCounts,
  retentionRows,
  slotCounts,
} from './metrics.view.js';
import { SOURCE_TROUBLES } from './source-health.js';

/** Gathers what Prometheus asks for. What the database knows is asked anew each time, so that replicas say the same. */
@Injectable()
export class MetricsJob {
  readonly contentType: string = Registry.PROMETHEUS_CONTENT_TYPE;

  constructor(
    private readonly db: Database,
    private readonly http: HttpMetrics,
    private readonly health: Health,
  ) {}

  /** In the text format of Prometheus. What the process knows of itself is told although the database is away. */
  async render(actor: Pick<Actor, 'sources'>): Promise<string> {
    const own = this.own();
    const [up, stored] = await this.stored(actor).then(
      (registry) => [1, [registry]] as const,
      () => [0, []] as const,
    );
    single(own, 'rolewatch_database_up', '1: the database answers.', up);
    return Registry.merge([...stored, own, this.http.registry]).metrics();
  }

  private own(): Registry {
    const registry = new Registry();
    const { lookedMsAgo, clock, eventLoop } = this.health.process;
    const seconds = (ms: number | null): number => (ms === null ? Number.NaN : ms / 1_000);
    single(
      registry,
      'rolewatch_pulse_age_seconds',
      'Since this process last looked for work; NaN: it looks for none, or has not yet.',
      seconds(lookedMsAgo),
    );
    single(
      registry,
      'rolewatch_clock_ahead_seconds',
      "By how much the clock of this process is ahead of the database's.",
      seconds(clock?.aheadMs ?? null),
    );
    single(
      registry,
      'rolewatch_event_loop_delay_p99_seconds',
      'How long work that was due waited for its turn, in the last ten seconds.',
      seconds(eventLoop.p99Ms),
    );
    single(
      registry,
      'rolewatch_event_loop_delay_max_seconds',
      'The longest such wait in the last ten seconds.',
      seconds(eventLoop.maxMs),
    );
    return registry;
  }

  private async stored(actor: Pick<Actor, 'sources'>): Promise<Registry> {
    const registry = new Registry();
    const seen = ({ source }: { readonly source: string }): boolean => maySee(actor, source);
    const sources = (await this.health.sources()).filter(seen);
    const ages = sources.flatMap(({ source, lastSnapshot }) =>
      lastSnapshot === null ? [] : [{ source, value: lastSnapshot.ageSeconds }],
    );
    const paused = sources.map(({ source, paused: since }) => ({ source, value: since === null ? 0 : 1 }));
    gauge(
      registry,
      'rolewatch_last_published_age_seconds',
      'Since the last snapshot was published.',
      [],
      ages,
    );
    gauge(
      registry,
      'rolewatch_source_paused',
      '1: nothing is sent to the source until it is resumed.',
      [],
      paused,
    );
    const troubles = sources.flatMap(({ source, troubles: all }) =>
      SOURCE_TROUBLES.map((trouble) => ({
        source,
        trouble,
        value: all.some(({ code }) => code === trouble) ? 1 : 0,
      })),
    );
    gauge(
      registry,
      'rolewatch_source_trouble',
      '1: the source is paused, silent, failing, has something held, or its retention fails.',
      ['trouble'],
      troubles,
    );
    const slots = (await slotCounts(this.db)).filter(seen);
    gauge(registry, 'rolewatch_slots', 'Slots of the last seven days, by state.', ['state'], slots);
    const findings = (await openFindingCounts(this.db)).filter(seen);
    gauge(
      registry,
      'rolewatch_open_findings',
      'Findings neither resolved nor waived, by severity.',
      ['severity'],
      findings,
    );
    const messages = (await messageCounts(this.db)).filter(seen);
    gauge(registry, 'rolewatch_messages', 'Messages of the outbox, by state.', ['state'], messages);
    await this.retention(registry, seen);
    return registry;
  }

  private async retention(registry: Registry, seen: (counted: Counted) => boolean): Promise<void> {
    gauge(
      registry,
      'rolewatch_last_retention_age_seconds',
      'Since a run of retention last succeeded; of "*": that of what belongs to no source.',
      [],
      (await retentionAges(this.db)).filter(seen),
    );
    gauge(
      registry,
      'rolewatch_retention_runs',
      'Runs of retention of the last seven days, by how they ended.',
      ['outcome'],
      (await retentionCounts(this.db)).filter(seen),
    );
    gauge(
      registry,
      'rolewatch_retention_deleted_rows',
      'Rows that runs of retention of the last seven days deleted, by table.',
      ['table'],
      (await retentionRows(this.db)).filter(seen),
    );
  }
}

function single(registry: Registry, name: string, help: string, value: number): void {
  new Gauge({ name, help, registers: [registry] }).set(value);
}

function gauge<L extends string>(
  registry: Registry,
  name: string,
  help: string,
  labels: readonly L[],
  rows: readonly (Counted & Readonly<Record<L, string>>)[],
): void {
  const made = new Gauge<string>({ name, help, labelNames: ['source', ...labels], registers: [registry] });
  for (const row of rows) {
    const own = Object.fromEntries(labels.map((label) => [label, row[label]]));
    made.set({ source: row.source, ...own }, row.value);
  }
}
