import type { NamedFault } from '../../../demo/estate/faults.js';
import { FAULTS } from '../../../demo/estate/faults.js';
import type { RunOutcome } from '../../../src/runs/claim.js';
import { stored } from '../../medium/pipeline/lists.js';
import { addAdmin, FIELD, GLOBAL, village } from '../../medium/pipeline/village.js';
import { Pipeline } from '../../support/pipeline.js';
import { afterwards, during, expectSound } from './afterwards.js';
import { TcpProxy } from './tcp-proxy.js';

/** Several pages of admins. */
const ADMINS = 30;
const PAGE = 12;

const NEWCOMERS = 40;
/** So few may lose a right at once without being held. */
const CHANGING = 10;

/** A village that is read through a proxy; known once, and then something is thrown. */
export class Trial {
  private changes = 0;

  private constructor(
    readonly pipeline: Pipeline,
    readonly proxy: TcpProxy,
  ) {}

  static async start(): Promise<Trial> {
    const estate = village();
    for (let n = 0; n < ADMINS; n++) addAdmin(estate, `admin${n}`, [n % 2 === 0 ? GLOBAL : FIELD, 2]);
    const pipeline = await Pipeline.start({ estate, pageSize: PAGE });
    const proxy = await TcpProxy.start({ port: Number(new URL(pipeline.server.url).port) });
    pipeline.connection = { url: `http://127.0.0.1:${proxy.port}` };
    await pipeline.publish();
    return new Trial(pipeline, proxy);
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
    await afterwards(this.pipeline);
    return outcome;
  }

  async during(fault: () => void | Promise<void>, renames = false): Promise<RunOutcome> {
    const before = await stored(this.pipeline.db);
    this.change();
    await fault();
    return during(this.pipeline, before, renames);
  }

  /** Somebody comes; once there are many, one of a few gets another role, or loses it again: a long tier is as quick as it began. */
  private change(): void {
    const { estate } = this.pipeline;
    const n = this.changes++;
    if (n < NEWCOMERS) return addAdmin(estate, `newcomer-${n}`, [FIELD, 7]);
    const userId = `newcomer-${n % CHANGING}`;
    if (Math.floor((n - NEWCOMERS) / CHANGING) % 2 === 0) estate.grantRole(userId, FIELD, 2);
    else estate.revokeRole(userId, FIELD, 2);
  }

  /** As whoever runs the server would, and resumes what was paused. */
  async heal(): Promise<void> {
    const { server } = this.pipeline;
    this.proxy.calm();
    server.heal();
    server.accountMayRead = true;
    server.password = server.password.replace(/ changed$/, '');
    await server.resume();
    await this.pipeline.resume();
  }

  /** What is wrong once is never right again: once at the end is enough to ask whether the store is sound. */
  async stop(): Promise<void> {
    try {
      await expectSound(this.pipeline);
    } finally {
      await this.proxy.stop();
      await this.pipeline.stop();
    }
  }
}

/** The faults of a group that the simulated server has in stock. */
export function inStock(id: NamedFault['id']): [string, NamedFault][] {
  return FAULTS.filter((fault) => fault.id === id).map((fault) => [fault.name, fault]);
}
