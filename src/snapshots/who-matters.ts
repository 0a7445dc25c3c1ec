/**
 * Which directory entries matter to somebody, so that they are kept with their names: those that may be an admin by
 * their name, and those below an OU that holds a role. Pure; one of these serves a whole run and learns as it reads.
 */
import { isBelow } from '../access/dn.js';
import type { ReadRecord } from '../sources/source.js';

export interface KnownToMatter {
  /** Keyed hashes (hex) of the names of admins of directory origin. */
  readonly names: readonly string[];
  /** Keys of the OUs that hold a role. */
  readonly ous: readonly string[];
  readonly linked: ReadonlySet<bigint>;
}

export class WhoMatters {
  private readonly names: Set<string>;
  private readonly units: Set<string>;
  private readonly known: number;

  constructor(
    private readonly start: KnownToMatter,
    private readonly nameTags: (linkName: string | null) => Buffer | null,
  ) {
    this.names = new Set(start.names);
    this.units = new Set(start.ous);
    this.known = this.size;
  }

  get linked(): ReadonlySet<bigint> {
    return this.start.linked;
  }

  get ous(): readonly string[] {
    return [...this.units];
  }

  /** Grows whenever somebody is learnt of. */
  get size(): number {
    return this.names.size + this.units.size;
  }

  /** This run learnt of somebody the store does not know: pages with known bytes must be looked into again. */
  get hasLearnt(): boolean {
    return this.size > this.known;
  }

  learn(record: ReadRecord): void {
    const tag = record.nameSpace === 'admin' ? this.nameTags(record.linkName) : null;
    if (tag !== null) this.names.add(tag.toString('hex'));
    const isUnit = record.nameSpace === 'dn' && record.body['type'] === 'OU';
    if (isUnit && record.grants.length > 0) this.units.add(record.matchKey);
  }

  /** Anything but a directory entry without a right always does. */
  includes(record: ReadRecord, identityId: bigint): boolean {
    if (record.minimalPersonal === null || this.linked.has(identityId)) return true;
    for (const unit of this.units) if (isBelow(record.matchKey, unit)) return true;
    const tag = this.names.size === 0 ? null : this.nameTags(record.linkName);
    return tag !== null && this.names.has(tag.toString('hex'));
  }
}
