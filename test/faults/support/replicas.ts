/** Several replicas of one installation, and what is done to them. */
import { join } from 'node:path';
import type { Ended, Site, Started } from './site.js';
import { until, within } from '../../support/waiting.js';

const LOADER = join(__dirname, '../../support/typescript.cjs');
const REPLICA = join(__dirname, 'replica.ts');

export interface ReplicaOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly everySeconds?: number;
  readonly queryTimeoutMs?: number;
}

export class Replicas {
  readonly running = new Set<Started>();
  /** What those said that ended without being asked to. */
  private readonly died: string[] = [];
  private readonly asked = new Set<Started>();

  constructor(private readonly site: Site) {}

  /** Returns once it looks for work. */
  async start(options: ReplicaOptions = {}): Promise<Started> {
    const { env = {}, everySeconds = 5, queryTimeoutMs = 10_000 } = options;
    const replica = this.site.start(
      [process.execPath, LOADER, REPLICA, this.site.configFile, String(everySeconds), String(queryTimeoutMs)], // prettier-ignore
      { LOG_LEVEL: 'fatal', ...env },
    );
    this.running.add(replica);
    void replica.ended.then(({ status, said }) => {
      this.running.delete(replica);
      if (!this.asked.has(replica)) this.died.push(`a replica ended with ${String(status)}: ${said}`);
    });
    await this.until('a replica that looks for work', () => replica.said().includes('up\n'));
    return replica;
  }

  /** Waits for something that replicas do: none may have ended by itself meanwhile. */
  until(what: string, happened: () => boolean | Promise<boolean>, seconds?: number): Promise<void> {
    const checked = (): boolean | Promise<boolean> => {
      if (this.died.length > 0) throw new Error(`${this.died.join('\n')}\nwhile waiting for ${what}`);
      return happened();
    };
    const said = (): string => [...this.running].map((replica) => `\n${replica.said()}`).join('');
    return until(what, checked, seconds, said);
  }

  async kill(replica: Started): Promise<void> {
    this.asked.add(replica);
    replica.child.kill('SIGKILL');
    await within('the end of a replica that was killed', replica.ended);
  }

  /** Asks all to end. */
  async stop(): Promise<Ended[]> {
    const all = [...this.running];
    for (const replica of all) {
      this.asked.add(replica);
      replica.child.kill('SIGTERM');
    }
    return within('the end of replicas that were asked to stop', Promise.all(all.map(({ ended }) => ended)));
  }

  async killAll(): Promise<void> {
    await Promise.all([...this.running].map((replica) => this.kill(replica)));
  }
}
