/** What people do at the site: resume, run, and look at what is held. */
import type { Database } from '../../../src/platform/database.js';
import { hasCode } from '../../../src/platform/errors.js';
import { PauseStore } from '../../../src/runs/pause.store.js';
import { releaseHeld } from '../../../src/snapshots/release.store.js';
import { type Agenda, MINUTE } from './agenda.js';
import type { Random } from '../../medium/pipeline/mutators.js';
import type { Chronicle } from './chronicle.js';
import type { Replica } from './replica.js';
import type { Stillness } from './stillness.js';

export const PERSON = 'os:ann';
/** Longer than PostgreSQL lets anybody sleep in a transaction. */
const IN_THE_WAY_MS = 6 * MINUTE;

/** Where they do it. */
export interface Peopled {
  readonly db: Database;
  readonly agenda: Agenda;
  readonly random: Random;
  readonly chronicle: Chronicle;
  readonly stillness: Stillness;
  readonly upstreams: ReadonlyMap<string, unknown>;
  readonly alive: readonly Replica[];
  say(words: string): void;
}

export class People {
  constructor(private readonly world: Peopled) {}

  /** Somebody sleeps in a transaction: what people do then would wait for it, and is done afterwards. */
  private isInTheWay(again: () => Promise<void>): boolean {
    if (!this.world.stillness.sleepsInTransaction) return false;
    this.world.agenda.after(IN_THE_WAY_MS, again);
    return true;
  }

  async resume(source: string): Promise<void> {
    if (this.isInTheWay(() => this.resume(source))) return;
    const { db, agenda, chronicle, say } = this.parts;
    const [paused] = await db.query<{ at: Date }>(
      'SELECT paused_at AS at FROM source WHERE name = $1 AND paused_at IS NOT NULL',
      [source],
    );
    if (paused === undefined) return;
    await new PauseStore(db).resume(source, PERSON);
    say(`somebody resumes ${source}`);
    chronicle.services.paused({ source, from: paused.at.getTime(), until: agenda.now });
  }

  async runNow(source: string): Promise<void> {
    if (this.isInTheWay(() => this.runNow(source))) return;
    const { world, say } = this.parts;
    const replica = world.random.pick(world.alive.filter(({ life }) => life.still && !life.sleeping));
    if (replica === undefined) return;
    say(`somebody runs ${source} by ${replica.life.name}`);
    const asked = replica.pulse.startNow(source, PERSON).then(
      () => undefined,
      (error: unknown) => {
        if (!hasCode(error, 'source-busy', 'source-paused', 'unknown-source', 'stopping')) throw error;
        say(`refused: ${(error as Error).message}`);
      },
    );
    asked.catch((error: unknown) => say(`run now failed: ${String(error)}`));
    await world.stillness.comes();
  }

  async releaseAll(): Promise<void> {
    for (const name of this.world.upstreams.keys()) await this.release(name);
  }

  /** Looks at what is held, and believes it. */
  async release(source: string): Promise<void> {
    if (this.isInTheWay(() => this.release(source))) return;
    const { db, say } = this.parts;
    const held = await db.query<{ stream: string; scope: string; held: number }>(
      `SELECT stream, scope, held FROM observation o JOIN source s ON s.name = o.source AND s.last_seq = o.seq
        WHERE source = $1 AND held > 0`,
      [source],
    );
    for (const { stream, scope: of, held: expected } of held) {
      const scope = of === '' ? '-' : of;
      const order = { source, stream, scope, expected, reason: 'they left', actor: PERSON };
      await db
        .transaction((tx) => releaseHeld(tx, order))
        .catch((error: unknown) => {
          if (!hasCode(error, 'refused', 'nothing-held')) throw error;
        });
      say(`somebody releases ${expected} of ${source} ${stream}/${of}`);
    }
  }

  private get parts() {
    const { world } = this;
    const { db, agenda, chronicle } = world;
    return { world, db, agenda, chronicle, say: (words: string) => world.say(words) };
  }
}
