/** Several replicas of one installation, and what is done to them. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ended, Site, Started } from './site.js';

const LOADER = join(__dirname, '../../support/typescript.cjs');
const REPLICA = join(__dirname, 'replica.ts');

export interface ReplicaOptions {
  /** A program that starts it, with its arguments. */
  readonly before?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly everySeconds?: number;
  readonly queryTimeoutMs?: number;
}

export class Replicas {
  readonly running = new Set<Started>();

  constructor(private readonly site: Site) {}

  /** Returns once it looks for work. */
  async start(options: ReplicaOptions = {}): Promise<Started> {
    const { before = [], env = {}, everySeconds = 5, queryTimeoutMs = 10_000 } = options;
    const replica = this.site.start(
      [...before, process.execPath, LOADER, REPLICA, this.site.configFile, String(everySeconds), String(queryTimeoutMs)], // prettier-ignore
      { LOG_LEVEL: 'fatal', ...env },
    );
    this.running.add(replica);
    const ended = replica.ended.then(({ status, said }) => {
      this.running.delete(replica);
      throw new Error(`a replica ended with ${String(status)}: ${said}`);
    });
    ended.catch(() => undefined);
    const up = async (): Promise<void> => {
      while (!replica.said().includes('up\n')) await sleep(20);
    };
    await Promise.race([up(), ended]);
    return replica;
  }

  async kill(replica: Started): Promise<void> {
    replica.child.kill('SIGKILL');
    await replica.ended;
  }

  /** Asks all to end. */
  async stop(): Promise<Ended[]> {
    const all = [...this.running];
    for (const { child } of all) child.kill('SIGTERM');
    return Promise.all(all.map(({ ended }) => ended));
  }

  async killAll(): Promise<void> {
    await Promise.all([...this.running].map((replica) => this.kill(replica)));
  }
}
