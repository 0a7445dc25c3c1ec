import type { EntryType, EstateEntry } from './model.js';

/** An entry as the server states it now. */
export interface StatedEntry extends EstateEntry {
  readonly memberCount: number;
}

/** Where the generated people live; an OU at or above it counts them. */
const GENERATED_OU = 'OU=Everyone,DC=northwind,DC=example,DC=com';

/**
 * The company's LDAP directory as the server knows it: listed entries, and behind them any number of people who are
 * computed from their index and never held.
 */
export class Directory {
  readonly #entries = new Map<string, EstateEntry>();
  #generated = 0;

  get generated(): number {
    return this.#generated;
  }

  /** From now on `n` further people, the same ones for the same index. */
  generate(n: number): void {
    this.#generated = n;
  }

  listed(): IterableIterator<EstateEntry> {
    return this.#entries.values();
  }

  find(dn: string): EstateEntry | undefined {
    return this.#entries.get(dn);
  }

  get(dn: string): EstateEntry {
    const entry = this.#entries.get(dn);
    if (entry === undefined) throw new Error(`no directory entry ${dn} in the estate`);
    return entry;
  }

  add(entry: EstateEntry): EstateEntry {
    if (this.#entries.has(entry.dn))
      throw new Error(`directory entry ${entry.dn} exists already in the estate`);
    this.#entries.set(entry.dn, entry);
    return entry;
  }

  remove(dn: string): void {
    this.get(dn);
    this.#entries.delete(dn);
  }

  /** Moves one entry; what is below it stays where it is. */
  move(dn: string, to: string): void {
    const entry = this.get(dn);
    this.remove(dn);
    this.add({ ...entry, dn: to });
  }

  /** The entries of one type (null: all), listed ones first. */
  select(type: EntryType | null): { size: number; at(index: number): StatedEntry } {
    const listed = [...this.#entries.values()].filter((entry) => type === null || entry.type === type);
    const generated = type === null || type === 'USER' ? this.#generated : 0;
    return {
      size: listed.length + generated,
      at: (index) => {
        const entry = listed[index];
        return entry === undefined ? generatedUser(index - listed.length) : this.stated(entry);
      },
    };
  }

  stated(entry: EstateEntry): StatedEntry {
    return { ...entry, memberCount: this.#memberCount(entry) };
  }

  #memberCount(entry: EstateEntry): number {
    if (entry.type === 'USER') return 0;
    if (entry.type === 'GROUP') return entry.groupSize;
    const generated = GENERATED_OU === entry.dn || isBelow(GENERATED_OU, entry.dn) ? this.#generated : 0;
    let below = generated;
    for (const other of this.#entries.values())
      if (other.type === 'USER' && isBelow(other.dn, entry.dn)) below++;
    return below;
  }
}

/** The estate writes its own DNs in one way only, so that a suffix decides. */
export function isBelow(dn: string, ou: string): boolean {
  return dn.endsWith(`,${ou}`);
}

function generatedUser(index: number): StatedEntry {
  const number = String(index + 1).padStart(7, '0');
  return {
    dn: `CN=Person ${number},${GENERATED_OU}`,
    type: 'USER',
    name: `person${number}`,
    firstName: 'Person',
    lastName: number,
    email: `person${number}@example.com`,
    groupSize: 0,
    memberCount: 0,
    rights: new Map(),
  };
}
