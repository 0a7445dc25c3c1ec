/** Who looked after which source, by which schedule, and when nobody was to: what the processes themselves would say. */
import type { Schedule } from '../../../src/platform/slots.js';
import { MINUTE } from './agenda.js';
import type { SiteConfig } from './replica.js';

/** For how long processes looked after a source by one schedule, however many died meanwhile. */
export interface Service extends Span {
  readonly schedule: Schedule;
  until: number;
}

export interface Span {
  readonly source: string;
  readonly from: number;
  readonly until: number;
}

/** A source that nobody was configured for, for so long, and somebody looked: it was left out. */
const LEFT_OUT_MS = 65 * MINUTE;

export class Services {
  private readonly all: Service[] = [];
  private readonly pauses: Span[] = [];
  readonly looks: { readonly at: number; readonly sources: readonly string[] }[] = [];
  /** When a process last looked that was not configured for it. */
  private readonly withoutIt = new Map<string, number>();

  constructor(private readonly upstreams: ReadonlyMap<string, unknown>) {}

  /** A process with this configuration looked for work, to the end. */
  looked({ sources }: SiteConfig, at: number): void {
    this.looks.push({ at, sources: [...sources.keys()] });
    for (const source of this.upstreams.keys()) if (!sources.has(source)) this.withoutIt.set(source, at);
    for (const [source, schedule] of sources) {
      const of = this.of(source);
      const same = of.findLast((service) => service.schedule === schedule);
      const later = of.some((other) => same !== undefined && other !== same && other.from > same.until);
      const gone =
        same !== undefined && at - same.until > LEFT_OUT_MS && (this.withoutIt.get(source) ?? 0) > same.until;
      if (same === undefined || later || gone) this.all.push({ source, schedule, from: at, until: at });
      else same.until = at;
    }
  }

  paused(pause: Span): void {
    this.pauses.push(pause);
  }

  of(source: string): Service[] {
    return this.all.filter((service) => service.source === source);
  }

  get services(): readonly Service[] {
    return this.all;
  }

  pausedAt(source: string, moment: number): Span[] {
    return this.pauses.filter((span) => span.source === source && moment > span.from && moment < span.until);
  }
}
