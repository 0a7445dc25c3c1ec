import type { RiskTiers } from '../access/risk.js';

/** What answers need of the configuration and of rooms further on; the entry puts it together. */
export abstract class Site {
  /** How risky the roles of a kind of source are. */
  abstract tiersOf(kind: string): Promise<RiskTiers>;
  /** The account with which a source is read, where the configuration says so. */
  abstract ownAccountOf(source: string): string | null;
}
