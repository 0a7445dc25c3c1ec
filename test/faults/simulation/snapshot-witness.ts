/** What must be in each snapshot, known by whoever saw every state of the source while it was read. */
import type { Database } from '../../../src/platform/database.js';
import { type Lists, storedGrants } from '../../medium/pipeline/lists.js';
import { falseRemovals, misses } from '../../medium/pipeline/witness.js';
import type { Upstream } from './upstream.js';
import { untoldPowers, wholeLists, wrongWindows } from './told-changes.js';

const NONE: Lists = new Map();

export class SnapshotWitness {
  /** What was found wrong on the way. */
  readonly wrong: string[] = [];
  private readonly lastSeq = new Map<string, number>();
  private readonly lists = new Map<string, Lists>();
  private readonly grants = new Map<string, ReadonlySet<string>>();
  /** Sources whose last snapshot was read while something happened or went wrong: it may have missed somebody. */
  private readonly unsure = new Set<string>();

  constructor(
    private readonly db: Database,
    private readonly upstreams: ReadonlyMap<string, Upstream>,
  ) {}

  async lookAtSnapshots(): Promise<void> {
    const sources = await this.db.query<{ name: string; last_seq: number }>(
      'SELECT name, last_seq FROM source',
    );
    for (const { name, last_seq: seq } of sources) {
      const known = this.lastSeq.get(name) ?? 0;
      if (seq === known) continue;
      if (seq !== known + 1) this.wrong.push(`${name}: ${seq - known} snapshots at once`);
      this.lastSeq.set(name, seq);
      await this.lookAtSnapshot(name, seq);
    }
  }

  private async lookAtSnapshot(source: string, seq: number): Promise<void> {
    const upstream = this.upstreams.get(source);
    const [run] = await this.db.query<{ id: string; epoch: number; slot: number; base: number }>(
      `SELECT r.id::text, r.epoch, s.epoch AS slot, r.base_seq AS base FROM snapshot n JOIN run r ON r.id = n.run_id
         JOIN slot s ON s.source = r.source AND s.due_at = r.due_at WHERE n.source = $1 AND n.seq = $2`,
      [source, seq],
    );
    const about = `${source}: snapshot ${seq}`;
    const before = this.lists.get(source) ?? NONE;
    const after = (await upstream?.watched.stored(this.db, source)) ?? NONE;
    const grantsBefore = this.grants.get(source) ?? new Set<string>();
    const grants = new Set(await storedGrants(this.db, source));
    this.lists.set(source, after);
    this.grants.set(source, grants);
    if (run === undefined) {
      this.wrong.push(`${about} is of no run`);
      return;
    }
    if (run.epoch !== run.slot)
      this.wrong.push(`${about} is of attempt ${run.epoch}, the slot was held by ${run.slot}`);
    if (run.base !== seq - 1) this.wrong.push(`${about} stands on ${run.base}`);
    const reading = upstream?.readingOf(BigInt(run.id));
    if (upstream === undefined || reading === undefined) return; // retired
    const states = upstream.statesSince(reading);
    this.note(about, falseRemovals(states, before, after));
    if (!reading.disturbed) this.note(about, misses(states, after, await wholeLists(this.db, source, seq)));
    this.note(about, await wrongWindows(this.db, upstream, seq, this.unsure.has(source)));
    if (reading.disturbed) this.unsure.add(source);
    else this.unsure.delete(source);
    if (seq === 1) return;
    const gained = [...grants].filter((words) => !grantsBefore.has(words));
    this.note(about, await untoldPowers(this.db, upstream, seq, gained));
  }

  private note(about: string, wrong: readonly string[]): void {
    this.wrong.push(...wrong.map((words) => `${about}: ${words}`));
  }
}
