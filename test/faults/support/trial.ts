import type { NamedFault } from '../../../demo/estate/faults.js';
import { FAULTS, TEAM_FAULTS } from '../../../demo/estate/faults.js';
import type { SimulatedServer } from '../../../demo/estate/simulated-server.js';
import type { Style } from '../../../demo/estate/team-server.js';
import type { RunOutcome } from '../../../src/runs/claim.js';
import { watchedTeam } from '../../medium/mambo/watched-team.js';
import { addAdmin, FIELD, GLOBAL, village } from '../../medium/pipeline/village.js';
import { nextChange, type Watched } from '../../medium/pipeline/watched.js';
import { watchedVillage } from '../../medium/pipeline/watched-village.js';
import type { SourcePipeline } from '../../support/source-pipeline.js';
import { afterwards, during, expectSound } from './afterwards.js';
import { TcpProxy } from './tcp-proxy.js';

/** Several pages of admins, and of tokens. */
const ADMINS = 30;
const PAGE = 12;

/** What can be watched, each with the faults that its server has in stock. */
export interface Ground {
  readonly name: string;
  readonly stock: readonly NamedFault[];
  /** How much of the long tier's repetitions it gets: what is below the lists is the same for every product. */
  readonly share: number;
  start(): Promise<Watched>;
}

const VILLAGE: Ground = {
  name: 'a village of EPMM',
  stock: FAULTS,
  share: 1,
  start() {
    const estate = village();
    for (let n = 0; n < ADMINS; n++) addAdmin(estate, `admin${n}`, [n % 2 === 0 ? GLOBAL : FIELD, 2]);
    return watchedVillage(estate, PAGE);
  },
};

const teamBy = (style: Style): Ground => ({
  name: `a team of mambo EMM, paged by ${style}`,
  stock: TEAM_FAULTS,
  share: 0.1,
  start: () => watchedTeam(style, PAGE),
});

/** One of each product. */
export const GROUNDS: readonly Ground[] = [VILLAGE, teamBy('offset')];
/** Every way to page there is. */
export const PAGED_GROUNDS: readonly Ground[] = [
  VILLAGE,
  ...(['none', 'offset', 'page', 'cursor', 'link'] as const).map(teamBy),
];

/** Something watched that is read through a proxy; known once, and then something is thrown. */
export class Trial {
  private changes = 0;

  private constructor(
    readonly watched: Watched,
    readonly proxy: TcpProxy,
  ) {}

  static async start(ground: Ground): Promise<Trial> {
    const watched = await ground.start();
    const proxy = await TcpProxy.start({ port: Number(new URL(watched.server.url).port) });
    watched.pipeline.connection = { url: `http://127.0.0.1:${proxy.port}` };
    await watched.pipeline.publish();
    return new Trial(watched, proxy);
  }

  get server(): SimulatedServer {
    return this.watched.server;
  }

  get pipeline(): SourcePipeline {
    return this.watched.pipeline;
  }

  /** A run under the fault, and one after it; each time something has changed. */
  async of(
    fault: () => void | Promise<void>,
    heal?: () => void | Promise<void>,
    renames = false,
  ): Promise<RunOutcome> {
    const outcome = await this.during(fault, renames);
    await heal?.();
    await this.heal();
    await afterwards(this.watched);
    return outcome;
  }

  async during(fault: () => void | Promise<void>, renames = false): Promise<RunOutcome> {
    const before = await this.watched.stored();
    nextChange(this.watched, this.changes++);
    await fault();
    return during(this.watched, before, renames);
  }

  /** As whoever runs the server would, and resumes what was paused. */
  async heal(): Promise<void> {
    this.proxy.calm();
    await this.watched.heal();
  }

  /** What is wrong once is never right again: once at the end is enough to ask whether the store is sound. */
  async stop(): Promise<void> {
    try {
      await expectSound(this.watched);
    } finally {
      await this.proxy.stop();
      await this.watched.stop();
    }
  }
}

/** The faults of a group that a simulated server has in stock. */
export function inStock({ stock }: Ground, id: NamedFault['id']): [string, NamedFault][] {
  return stock.filter((fault) => fault.id === id).map((fault) => [fault.name, fault]);
}
