/** The plain model: what everybody outside of the product knows, and what must therefore be in the store. */
import type { Database } from '../../../src/platform/database.js';
import { fsck } from '../../../src/runs/fsck/fsck.job.js';
import { WRONG } from '../support/afterwards-database.js';
import { wrongDeliveries } from './deliveries.js';
import type { Post } from './post.js';
import { RULEBOOK, type SiteConfig } from './replica.js';
import { Services } from './services.js';
import { Silences } from './silences.js';
import { readInPauses, SlotVerdicts } from './slot-verdicts.js';
import { SnapshotWitness } from './snapshot-witness.js';
import type { Timetable } from './timetable.js';
import type { Upstream } from './upstream.js';

export class Chronicle {
  readonly services: Services;
  readonly witness: SnapshotWitness;

  constructor(
    private readonly db: Database,
    private readonly timetable: Timetable,
    private readonly upstreams: ReadonlyMap<string, Upstream>,
  ) {
    this.services = new Services(upstreams);
    this.witness = new SnapshotWitness(db, upstreams);
  }

  /** Everything is well again since a moment, and nothing is under way. */
  async atTheEnd(wellSince: number, post: Post, config: SiteConfig): Promise<string[]> {
    const { db, services, timetable, upstreams } = this;
    const slots = await SlotVerdicts.read(db);
    return [
      ...this.witness.wrong,
      ...(await db.query<{ words: string }>(WRONG)).map(({ words }) => words),
      ...new SlotVerdicts(slots, services, timetable).all(wellSince, config),
      ...(await readInPauses(db, services, upstreams)),
      ...(await new Silences(db, services, timetable).wrong(slots)),
      ...(await wrongDeliveries(db, post)),
      ...(await this.falsehoods()),
      ...(await unsound(db)),
    ];
  }

  private async falsehoods(): Promise<string[]> {
    const all = [...this.upstreams].map(async ([name, { watched }]) =>
      (await watched.untruths(this.db, name)).map((words) => `${name}: ${words}`),
    );
    return (await Promise.all(all)).flat();
  }
}

export async function unsound(db: Database): Promise<string[]> {
  const { checks } = await fsck(db, {
    rulebook: RULEBOOK,
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  return checks
    .filter(({ bad }) => bad > 0)
    .map(({ check, bad, first }) => `fsck ${check}: ${bad}, ${JSON.stringify(first)}`);
}
