/** More would be kept for the sake of things that hardly come again. */
const MOST_KEPT = 10_000;

/** Keeps once what thousands have alike: a role that everybody holds need not be explained in memory for each of them. */
export class Alike<T> {
  private readonly kept = new Map<string, T>();

  /** @param key the same for what is alike, and for nothing else; who gets it changes nothing in it */
  of(key: string, make: () => T): T {
    const known = this.kept.get(key);
    if (known !== undefined) return known;
    if (this.kept.size >= MOST_KEPT) this.kept.clear();
    const made = make();
    this.kept.set(key, made);
    return made;
  }
}
