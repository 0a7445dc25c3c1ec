import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { Database } from '../platform/database.js';
import { type Actor, maySee } from '../platform/http/actor.js';
import { HttpMetrics } from '../platform/http/http-metrics.js';
import { type Counted, messageCounts, openFindingCounts, slotCounts } from './metrics.view.js';
import { statusOfSources } from './status.view.js';

/** Gathers what Prometheus asks for. What the database knows is asked anew each time, so that replicas say the same. */
@Injectable()
export class MetricsJob {
  readonly contentType: string = Registry.PROMETHEUS_CONTENT_TYPE;

  constructor(
    private readonly db: Database,
    private readonly http: HttpMetrics,
  ) {}

  /** In the text format of Prometheus. */
  async render(actor: Pick<Actor, 'sources'>): Promise<string> {
    const registry = new Registry();
    const seen = ({ source }: { readonly source: string }): boolean => maySee(actor, source);
    const sources = (await statusOfSources(this.db)).filter(seen);
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
    return Registry.merge([registry, this.http.registry]).metrics();
  }
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
