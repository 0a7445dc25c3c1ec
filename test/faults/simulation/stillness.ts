/** When a step of the simulation is over: nothing goes on by itself any more. */
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import type { Life } from './life.js';
import type { VirtualClock } from './virtual-clock.js';

/** Something hangs: no step of the simulation takes so long, on any machine. */
const STUCK_MS = 60_000;
/** Sooner nobody asks PostgreSQL who waits for a lock. */
const PATIENCE_MS = 50;

export class Stillness {
  private stirred: () => void = () => undefined;
  /** Sessions whose client is gone: the server notices a moment later, or when the lock comes that they wait for. */
  private readonly ghosts = new Set<number>();
  private began = 0;
  private toldWaiting = '';

  constructor(
    private readonly lives: () => readonly Life[],
    private readonly clock: VirtualClock,
    private readonly say: (words: string) => void,
  ) {}

  /** Somebody may have something new to look at. */
  stir(): void {
    this.stirred();
  }

  abandoned(pid: number): void {
    this.ghosts.add(pid);
  }

  /** Somebody sleeps, and others may have to wait for what it has locked. */
  get sleepsInTransaction(): boolean {
    return this.lives().some(({ sleeping, holdsTransaction }) => sleeping && holdsTransaction);
  }

  /**
   * Until everybody waits for a moment to come, sleeps, is gone, or waits for the lock of somebody who sleeps.
   * @throws with what is under way, if it does not come to its end
   */
  async comes(): Promise<void> {
    this.began = performance.now();
    for (let calm = 0; calm < 3;) {
      const stirred = new Promise<void>((resolve) => (this.stirred = resolve));
      await turn();
      if (this.lives().every(({ still }) => still)) {
        calm++;
        continue;
      }
      calm = 0;
      await Promise.race([stirred, delay(20)]);
      if (this.waitedMs > PATIENCE_MS && (await this.isBlocked())) {
        await this.tellWaiting();
        break;
      }
      await this.refuseToHang();
    }
    while (await this.haunted()) await this.refuseToHang();
  }

  private get waitedMs(): number {
    return performance.now() - this.began;
  }

  /** All that is under way waits for locks, or for a connection behind those; looked at twice, since there are moments in between. */
  private async isBlocked(): Promise<boolean> {
    const steps = this.steps;
    if (!(await this.allWait())) return false;
    await delay(20);
    return (await this.allWait()) && this.steps === steps;
  }

  private async allWait(): Promise<boolean> {
    if (!this.sleepsInTransaction) return false;
    const moving = this.lives().filter(({ still }) => !still);
    if (moving.some(({ inFlight, waiting }) => inFlight === waiting)) return false;
    const underWay = moving.reduce((sum, { inFlight, waiting }) => sum + inFlight - waiting, 0);
    return underWay > 0 && (await this.clock.waiting([...this.ghosts])).length === underWay;
  }

  private async tellWaiting(): Promise<void> {
    const waiting = (await this.clock.waiting([...this.ghosts])).join(', ');
    if (waiting !== this.toldWaiting) this.say(`a lock of somebody who sleeps is waited for: ${waiting}`);
    this.toldWaiting = waiting;
  }

  private get steps(): number {
    return this.lives().reduce((sum, { steps }) => sum + steps, 0);
  }

  /** What somebody asked before it was gone may still take effect, at once or when a lock comes free. */
  private async haunted(): Promise<boolean> {
    if (this.ghosts.size === 0) return false;
    const left = await this.clock.stateOf([...this.ghosts]);
    for (const pid of this.ghosts) if (!left.has(pid)) this.ghosts.delete(pid);
    return [...left.values()].some((waits) => !waits);
  }

  private async refuseToHang(): Promise<void> {
    if (this.waitedMs < STUCK_MS) return;
    const moving = this.lives().filter(({ still }) => !still);
    const words = moving.map(
      ({ name, inFlight, waiting }) => `${name}: ${inFlight} under way, ${waiting} without connection`,
    );
    throw new Error(['a step does not come to its end', ...words, ...(await this.clock.tell())].join('\n'));
  }

  /** Nobody waits for them any more. */
  async layGhosts(): Promise<void> {
    for (const pid of this.ghosts) await this.clock.endSession(pid);
  }
}
