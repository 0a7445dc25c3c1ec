import { performance } from 'node:perf_hooks';
import { databaseWords, inLog } from '../platform/database-words.js';
import { messageOf } from '../platform/errors.js';
import type { Log } from '../platform/log.js';
import { channelsOf } from './delivery/channels.client.js';
import { DeliverJob } from './delivery/deliver.job.js';
import { DeliveryStore } from './delivery/delivery.store.js';
import { GROUPING_MS } from './outbox.store.js';
import { type AlertsParts, tellDue } from './tell-due.job.js';

/** What one replica does at each beat: tell of sources in trouble, and send what is due. */
export class AlertsJob {
  private readonly delivery: DeliverJob;

  constructor(
    private readonly parts: AlertsParts,
    private readonly log: Pick<Log, 'info' | 'warn' | 'error'>,
  ) {
    this.delivery = new DeliverJob(new DeliveryStore(parts.db), channelsOf(parts.alerts), log);
  }

  /** Never rejects. */
  async beat(): Promise<void> {
    await tellDue(this.parts, (what, error) => this.log.error(what, inLog(error)));
    await this.delivery.beat();
  }

  async drain(): Promise<void> {
    await this.delivery.drain();
  }
}

/** A person waits for the command: what is not sent by then, the service or the next run sends. */
const PATIENCE_MS = 20_000;

/**
 * After a run by hand: tells of troubles and tries once what is due, for a short while. Whatever happens here says
 * nothing about the run.
 * @returns what a person should know, one line each
 */
export async function deliverAfterRun(parts: AlertsParts, signal: AbortSignal): Promise<string[]> {
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const { db, alerts } = parts;
  const began = performance.now();
  try {
    await tellDue(parts, (_, error) => {
      throw error;
    });
    const job = new DeliverJob(new DeliveryStore(db), channelsOf(alerts), quiet);
    const tried = await job.deliver({
      aheadMs: GROUPING_MS,
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    return tried
      .filter(({ state }) => state !== 'sent')
      .map(
        ({ recipient, state, delivery }) =>
          `alert not delivered to ${recipient}${state === 'dead' ? ' (given up)' : ''}: ${delivery.said}; rolewatch alerts shows it`,
      );
  } catch (error) {
    const seconds = Math.round((performance.now() - began) / 1_000);
    const why = databaseWords(error) ?? messageOf(error);
    return [`alerts could not be delivered (after ${seconds} s): ${why}`];
  }
}
