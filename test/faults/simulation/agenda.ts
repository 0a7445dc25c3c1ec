/** What is going to happen, in the order of the virtual time. Of two things at one moment, what was entered first. */
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface Entry {
  readonly at: number;
  /** Nobody else can notice it. */
  readonly private: boolean;
  readonly happen: () => void | Promise<void>;
}

export class Agenda {
  private entries: Entry[] = [];

  constructor(public now: number) {}

  add(at: number, happen: Entry['happen'], isPrivate = false): Entry {
    const entry = { at: Math.max(at, this.now), happen, private: isPrivate };
    const place = this.entries.findIndex((other) => other.at > entry.at);
    this.entries.splice(place === -1 ? this.entries.length : place, 0, entry);
    return entry;
  }

  after(ms: number, happen: Entry['happen'], isPrivate = false): Entry {
    return this.add(this.now + ms, happen, isPrivate);
  }

  cancel(entry: Entry): void {
    this.entries = this.entries.filter((other) => other !== entry);
  }

  next(): Entry | undefined {
    return this.entries.shift();
  }

  /** When something happens next that somebody else could notice. */
  get nextAt(): number {
    return this.entries.find((entry) => !entry.private)?.at ?? Infinity;
  }
}
