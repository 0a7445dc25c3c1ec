const WINDOW_MS = 60_000;
const MOST_REFUSALS = 30;
/** No flood of addresses makes this grow without end. */
const MOST_ADDRESSES = 10_000;

interface Tally {
  readonly since: number;
  count: number;
}

/** Counts refused tokens per address, in this process: whoever tries many is not listened to for a minute. */
export class Refusals {
  private readonly tallies = new Map<string, Tally>();

  /** @param now milliseconds on a clock that never goes back; by default the process's own */
  constructor(private readonly now: () => number = () => performance.now()) {}

  tooMany(address: string): boolean {
    return (this.current(address)?.count ?? 0) >= MOST_REFUSALS;
  }

  add(address: string): void {
    const tally = this.current(address);
    if (tally !== undefined) {
      tally.count += 1;
      return;
    }
    this.tallies.delete(address);
    const [oldest] = this.tallies.keys();
    if (this.tallies.size >= MOST_ADDRESSES && oldest !== undefined) this.tallies.delete(oldest);
    this.tallies.set(address, { since: this.now(), count: 1 });
  }

  private current(address: string): Tally | undefined {
    const tally = this.tallies.get(address);
    return tally !== undefined && this.now() - tally.since < WINDOW_MS ? tally : undefined;
  }
}
