/** Every local time of every schedule has a slot, and every slot the end that it must have. */
import type { Database } from '../../../src/platform/database.js';
import type { Schedule } from '../../../src/platform/slots.js';
import type { SiteConfig } from './replica.js';
import type { Services } from './services.js';
import type { Timetable } from './timetable.js';
import type { Upstream } from './upstream.js';

export interface SlotRow {
  readonly source: string;
  readonly due: Date;
  readonly trigger: string;
  readonly state: string;
  readonly why: string | null;
  readonly ended: Date | null;
  readonly started: Date | null;
}

const HEARTBEATS_MS = 20_000;

export class SlotVerdicts {
  constructor(
    private readonly slots: readonly SlotRow[],
    private readonly services: Services,
    private readonly timetable: Timetable,
  ) {}

  static async read(db: Database): Promise<readonly SlotRow[]> {
    return db.query<SlotRow>(
      `SELECT s.source, s.due_at AS due, trigger, state, s.why, s.ended_at AS ended, r.started_at AS started
         FROM slot s LEFT JOIN run r ON r.id = s.run_id ORDER BY s.source, s.due_at`,
    );
  }

  /** @param wellSince since when nothing has gone wrong any more */
  all(wellSince: number, config: SiteConfig): string[] {
    return [
      ...this.lost(),
      ...this.strange(),
      ...this.failedInPause(),
      ...this.notRecovered(wellSince, config),
    ];
  }

  /** Every local time of a schedule by which somebody looked after the source has a slot. */
  private lost(): string[] {
    return this.services.services.flatMap(({ source, schedule, from, until }) => {
      const there = new Set(
        this.slots.filter((slot) => slot.source === source).map(({ due }) => due.getTime()),
      );
      return this.timetable
        .between(schedule, from, until)
        .filter((due) => !there.has(due))
        .map(
          (due) => `${source}: the slot ${new Date(due).toISOString()} of ${schedule.expression} was lost`,
        );
    });
  }

  /** Every scheduled slot is one of a schedule that was in force. */
  private strange(): string[] {
    return this.slots
      .filter(({ trigger }) => trigger === 'schedule')
      .filter(
        ({ source, due }) => !this.schedulesOf(source).some((one) => this.timetable.has(one, due.getTime())),
      )
      .map(({ source, due }) => `${source}: ${due.toISOString()} is no slot of any schedule`);
  }

  /** Every slot after everything is well is begun by the second beat at the latest, and published. */
  private notRecovered(wellSince: number, { sources }: SiteConfig): string[] {
    return this.slots
      .filter(
        ({ due, trigger, state }) => trigger === 'schedule' && state !== 'due' && due.getTime() > wellSince,
      )
      .filter(({ source, due }) => {
        const now = sources.get(source);
        return now !== undefined && this.timetable.has(now, due.getTime()); // else it is of a schedule gone by
      })
      .filter(({ state, started, due }) => {
        const begun = started?.getTime() ?? Infinity;
        return state !== 'published' || begun - due.getTime() > HEARTBEATS_MS;
      })
      .map(({ source, due, state, started, why }) => {
        const found = `${state}, begun ${String(started?.toISOString())}: ${String(why)}`;
        return `${source}: ${due.toISOString()}, after everything was well, is ${found}`;
      });
  }

  /** What passed in a pause has not failed: nothing was tried. */
  private failedInPause(): string[] {
    return this.slots
      .filter(({ state, trigger }) => state === 'failed' && trigger === 'schedule')
      .filter(({ source, due, started, ended }) =>
        this.services
          .pausedAt(source, due.getTime())
          .some((pause) => started === null || (ended?.getTime() ?? 0) < pause.until),
      )
      .map(({ source, due, why }) => `${source}: ${due.toISOString()} failed in a pause: ${why}`);
  }

  private schedulesOf(source: string): Schedule[] {
    return this.services.of(source).map(({ schedule }) => schedule);
  }
}

/** Nothing is sent to a source that refused the password: nobody is locked out. */
export async function readInPauses(
  db: Database,
  services: Services,
  upstreams: ReadonlyMap<string, Upstream>,
): Promise<string[]> {
  const runs = await db.query<{ source: string; id: string; at: Date }>(
    `SELECT source, id::text, started_at AS at FROM run r
        WHERE NOT EXISTS (SELECT FROM source s WHERE s.name = r.source AND s.retired_seq = r.base_seq + 1)`,
  );
  return runs
    .filter(({ source, id, at }) => {
      const read = upstreams.get(source)?.readingOf(BigInt(id));
      return read !== undefined && services.pausedAt(source, at.getTime()).length > 0;
    })
    .map(({ source, id, at }) => `${source}: run ${id} began at ${at.toISOString()}, in a pause`);
}
