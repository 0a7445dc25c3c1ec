/** From what is decided what is worth telling. */
import type { RiskTiers } from '../access/risk.js';
import type { ToldChange } from '../drift/told.js';
import type { Severity } from '../rules/verdicts.js';

/** A direct assignment of a role, or of a single permission, with what it allows in that scope. */
export interface HeldRight {
  readonly identity: string;
  readonly role?: string;
  readonly permission?: string;
  readonly scope: string;
  readonly permissions: readonly string[];
}

export interface HeldList {
  readonly stream: string;
  readonly scope: string;
  readonly count: number;
  readonly why: string;
}

export interface WorthTelling {
  readonly tiers: RiskTiers;
  /** The least severity that is worth telling. */
  readonly least: Severity;
  readonly changes: readonly ToldChange[];
  /** What a role allows now in a scope; without one, in any. */
  readonly permissionsOf: (role: string, scope?: string) => readonly string[];
  /** Whether the principal still holds any right. */
  readonly holdsRights: (principal: string) => boolean;
  readonly lostByEverybody: readonly string[];
  /** Lists held in another way than with the snapshot before. */
  readonly held: readonly HeldList[];
  /** Rights held in a scope whose principals were read completely for the first time. */
  readonly firstRead: readonly HeldRight[];
}
