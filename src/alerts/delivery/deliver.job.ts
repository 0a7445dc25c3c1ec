import { inLog } from '../../platform/database-words.js';
import type { Log } from '../../platform/log.js';
import { OWN_TIME, type OwnTime } from '../../platform/own-time.js';
import type { Delivery } from './back-off.js';
import type { Channel } from './channel.js';
import type { Claimed, DeliveryStore } from './delivery.store.js';

export interface DeliverOptions {
  /** Take new messages, which wait for company, so much before they are due. One that was tried keeps its pause. */
  readonly aheadMs: number;
  readonly signal: AbortSignal;
}

/** A message that was tried, and what became of it. */
export interface Tried {
  readonly channel: Channel['kind'];
  readonly recipient: string;
  readonly delivery: Delivery;
  readonly state: 'sent' | 'dead' | 'pending';
}

/** A channel that nobody can be reached on is left alone for so long, and twice as long each time after. */
const FIRST_QUIET_MS = 30_000;
const LONGEST_QUIET_MS = 5 * 60_000;

/**
 * Sends what is due, the worst first. Any number of processes do the same: PostgreSQL decides who sends what.
 * The network is never inside a transaction.
 */
export class DeliverJob {
  private readonly quiet = new Map<Channel, { readonly until: number; readonly ms: number }>();
  private readonly stopping = new AbortController();
  private delivering: Promise<Tried[]> | null = null;

  constructor(
    private readonly outbox: DeliveryStore,
    private readonly channels: readonly Channel[],
    private readonly log: Pick<Log, 'info' | 'warn' | 'error'>,
    private readonly time: OwnTime = OWN_TIME,
  ) {}

  /** One look at the outbox; one that comes while the last is still going on does nothing. Never rejects. */
  async beat(): Promise<void> {
    if (this.delivering !== null || this.stopping.signal.aborted) return;
    try {
      this.delivering = this.deliver({ aheadMs: 0, signal: this.stopping.signal });
      await this.delivering;
    } catch (error) {
      // the database may be away for a while: the next beat asks again
      this.log.error('delivery failed', inLog(error));
    } finally {
      this.delivering = null;
    }
  }

  /** Begins nothing more, ends what is going on, and waits for that. */
  async drain(): Promise<void> {
    this.stopping.abort();
    await this.delivering?.catch(() => undefined);
  }

  /** Sends until nothing is due any more; channels at the same time, the messages of each one after the other. */
  async deliver(options: DeliverOptions): Promise<Tried[]> {
    await this.outbox.endAbandoned(this.channels, Math.random);
    const tried = await Promise.all(this.channels.map((channel) => this.empty(channel, options)));
    return tried.flat();
  }

  private async empty(channel: Channel, { aheadMs, signal }: DeliverOptions): Promise<Tried[]> {
    const tried: Tried[] = [];
    while (!signal.aborted && !this.isQuiet(channel)) {
      const claimed = await this.outbox.claim(channel, { aheadMs });
      if (claimed === null) break;
      tried.push(await this.attempt(channel, claimed, signal));
    }
    return tried;
  }

  private async attempt(channel: Channel, claimed: Claimed, signal: AbortSignal): Promise<Tried> {
    const delivery = await channel.send(claimed, signal);
    const state = await this.outbox.record(claimed, delivery, Math.random());
    this.remember(channel, delivery);
    const about = { source: claimed.source, outcome: delivery.outcome, why: delivery.said };
    if (state === 'sent') this.log.info('message sent', about);
    else this.log.warn(state === 'dead' ? 'message is dead' : 'message not sent', about);
    return { channel: channel.kind, recipient: claimed.recipient, delivery, state };
  }

  private isQuiet(channel: Channel): boolean {
    return (this.quiet.get(channel)?.until ?? 0) > this.time.now();
  }

  private remember(channel: Channel, { channelDown }: Delivery): void {
    if (channelDown !== true) {
      this.quiet.delete(channel);
      return;
    }
    const ms = Math.min((this.quiet.get(channel)?.ms ?? FIRST_QUIET_MS / 2) * 2, LONGEST_QUIET_MS);
    this.quiet.set(channel, { until: this.time.now() + ms, ms });
  }
}
