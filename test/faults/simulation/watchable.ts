/** What the simulation needs to know of a product in order to watch it: a server of it, what happens there, and the truth. */
import type { Fault, SimulatedServer } from '../../../demo/estate/simulated-server.js';
import type { RiskTiers } from '../../../src/access/risk.js';
import type { Sql } from '../../../src/platform/tx.js';
import type { GetDeps } from '../../../src/sources/http/get.client.js';
import type { Source } from '../../../src/sources/source.js';
import type { Lists } from '../../medium/pipeline/lists.js';

/** What can be done with it must be told: see `Watchable.power`. */
export interface Power {
  readonly who: string;
  readonly right: string;
  /** Only where these had been read before is it new, and not merely read for the first time. */
  readonly lists: readonly string[];
}

export interface Watchable {
  readonly kind: 'ivanti-epmm' | 'mambo-emm';
  readonly server: SimulatedServer;
  readonly tiers: RiskTiers;
  /** Whether everybody's names are kept. */
  readonly fullDetail: boolean;
  /** What it is read with. */
  readonly ownAccount: string;
  /** Its lists. */
  readonly streams: readonly string[];
  /** Its longer lists: somebody who moves between two pages is in neither. */
  readonly paged: readonly string[];
  /** Faults that can be seen, each in any of its lists. */
  readonly faults: readonly Fault[];
  /** Faults that only one of its lists can have. */
  readonly ownFaults: readonly { readonly fault: Fault; readonly stream: string }[];
  /** Whether it refuses what it is read with. */
  refuses: boolean;
  /** Something happens there. @returns what */
  strike(): string;
  /** What its lists say now. */
  lists(): Lists;
  /** `who right scope`, of everybody who holds something now. */
  rights(): ReadonlySet<string>;
  /** The product's own client of it. */
  client(name: string, deps: Partial<GetDeps>): Source;
  stored(sql: Sql, name: string): Promise<Lists>;
  /** What the store says otherwise than the server; nothing if it tells the truth. */
  untruths(sql: Sql, name: string): Promise<string[]>;
  /** Whether such a grant, in the words of `storedGrants`, is of a right that may wipe. */
  power(grant: string): Power | null;
}

/** In true time, of which no machine needs so much for a page: none of the faults waits for them. */
export const LIMITS = {
  connectMs: 120_000,
  headersMs: 120_000,
  idleMs: 120_000,
  pageMs: 120_000,
  pageBytes: 4 * 1024 ** 2,
};
