import { Injectable } from '@nestjs/common';
import { programVersion } from '../platform/command/version.js';
import type { Role } from '../platform/config/server-config.js';
import { Database } from '../platform/database.js';
import { EventLoop } from '../platform/event-loop.js';
import { Log } from '../platform/log.js';
import { type ClockSkew, clockSkew, isSkewed, skewText } from './clock-skew.js';
import { ReplicaStore } from './replica.store.js';

/** What this process was started for. */
export abstract class OwnRoles {
  abstract readonly roles: readonly Role[];
  /** Names of the configured sources. */
  abstract readonly sources: readonly string[];
}

/** This process as one of several: tells that it is there, and watches its clock and its event loop. */
@Injectable()
export class ReplicaJob {
  readonly eventLoop: EventLoop;
  private readonly store: ReplicaStore;
  private measured: ClockSkew | null = null;
  private warned = false;
  private began = false;
  private beating = false;

  constructor(
    db: Database,
    private readonly own: OwnRoles,
    private readonly log: Log,
  ) {
    this.store = new ReplicaStore(db);
    this.eventLoop = new EventLoop(log);
  }

  get roles(): readonly Role[] {
    return this.own.roles;
  }

  /** Whether this process looks for work. */
  get works(): boolean {
    return this.own.roles.includes('worker');
  }

  /** As measured last; null: not yet. */
  get skew(): ClockSkew | null {
    return this.measured;
  }

  /** Never rejects. @param lookedMsAgo since this process last looked for work */
  async beat(lookedMsAgo: number | null): Promise<void> {
    this.eventLoop.look();
    if (this.beating) return;
    this.beating = true;
    try {
      this.measured = await this.measure();
      this.tell(this.measured);
      const { roles, sources } = this.own;
      await this.store.beat({ roles, sources, version: programVersion(), lookedMsAgo, skew: this.measured });
      if (!this.began) await this.store.forgetOld();
      this.began = true;
    } catch (error) {
      // the pulse and health say the same, and more
      this.log.debug('this process could not tell of itself', { error });
    } finally {
      this.beating = false;
    }
  }

  async leave(): Promise<void> {
    this.eventLoop.stop();
    await this.store.leave().catch(() => undefined);
  }

  private async measure(): Promise<ClockSkew> {
    const [asked, began] = [new Date(), performance.now()];
    const answer = await this.store.now();
    return clockSkew(asked, answer, performance.now() - began);
  }

  /** Said when it begins and when it ends. */
  private tell(skew: ClockSkew): void {
    const skewed = isSkewed(skew);
    if (skewed && !this.warned) this.log.warn('the clocks differ', { why: skewText(skew) });
    if (!skewed && this.warned) this.log.info('the clocks agree again');
    this.warned = skewed;
  }
}
