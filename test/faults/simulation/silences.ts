/** When a source is silent, and who must have been told. */
import type { Database } from '../../../src/platform/database.js';
import type { Services } from './services.js';
import type { SlotRow } from './slot-verdicts.js';
import type { Timetable } from './timetable.js';

interface Moment {
  readonly source: string;
  readonly seq: number;
  readonly at: Date;
}

/** A process that looked has told by then what it saw. */
const SOON_MS = 15_000;

export class Silences {
  constructor(
    private readonly db: Database,
    private readonly services: Services,
    private readonly timetable: Timetable,
  ) {}

  /** Told once where two slots brought nothing and nothing was under way, and never where they did not. */
  async wrong(slots: readonly SlotRow[]): Promise<string[]> {
    const snapshots = await this.db.query<Moment>(
      'SELECT source, seq, recorded_at AS at FROM snapshot UNION ALL SELECT name, 0, created_at FROM source ORDER BY 1, 2',
    );
    const told = await this.db.query<Moment>(
      `SELECT source, seq, recorded_at AS at FROM alert WHERE kind = 'source-silent'`,
    );
    return snapshots.flatMap(({ source, seq, at }, i) => {
      const next = snapshots[i + 1]?.source === source ? snapshots[i + 1]?.at : undefined;
      const empty = slots.filter(
        ({ source: of, trigger, state, due }) =>
          of === source &&
          trigger === 'schedule' &&
          ['failed', 'missed'].includes(state) &&
          due > at &&
          !(next && due >= next),
      );
      const about = `${source}: after snapshot ${seq}`;
      const alerts = told.filter((alert) => alert.source === source && alert.seq === seq);
      const early = alerts.filter((alert) => this.emptyBy(alert.at.getTime(), empty, 'at most') < 2);
      return [
        ...(alerts.length > 1 ? [`${about}: told ${alerts.length} times that it is silent`] : []),
        ...early.map((alert) => `${about}: told at ${alert.at.toISOString()} that it is silent, too early`),
        ...(alerts.length === 0 && this.wasSilent(source, { from: at, until: next, empty })
          ? [`${about}: it was silent, and nobody was told`]
          : []),
      ];
    });
  }

  /** Somebody looked who had to see that a third slot had brought nothing, whatever was under way. */
  private wasSilent(
    source: string,
    { from, until, empty }: { from: Date; until: Date | undefined; empty: readonly SlotRow[] },
  ): boolean {
    return this.services.looks.some(
      ({ at, sources }) =>
        sources.includes(source) &&
        at > from.getTime() &&
        at + SOON_MS < (until?.getTime() ?? Infinity) &&
        this.services.pausedAt(source, at).length === 0 &&
        this.emptyBy(at - SOON_MS, empty, 'at least') >= 3,
    );
  }

  /**
   * Slots that had ended without a snapshot, and that somebody wanted to be read. What passed while nobody was there, and
   * the schedule was another one afterwards, may count or not: nobody knows when it was changed. So may a slot that passed
   * while the source was left out or paused, and was tried all the same when it came back.
   */
  private emptyBy(moment: number, empty: readonly SlotRow[], bound: 'at least' | 'at most'): number {
    return empty.filter(({ source, due, started, ended }) => {
      const [slot, of] = [due.getTime(), this.services.of(source)];
      const last = of.findLast((service) => service.from < slot);
      const next = bound === 'at most' ? of.find((service) => service.from >= slot) : undefined;
      const wanted =
        (last !== undefined &&
          (bound === 'at most' || slot <= last.until) &&
          this.timetable.has(last.schedule, slot)) ||
        (next !== undefined && this.timetable.has(next.schedule, slot));
      const absent =
        last !== undefined &&
        slot > last.until &&
        this.services.looks.some(
          ({ at, sources }) => at > last.until && at < slot && !sources.includes(source),
        );
      return (
        wanted &&
        (!absent || (bound === 'at most' && started !== null)) &&
        (this.services.pausedAt(source, slot).length === 0 || (bound === 'at most' && started !== null)) &&
        ended !== null &&
        ended.getTime() <= moment
      );
    }).length;
  }
}
