/** A port that leads somewhere, and at which for a time nobody answers, not even with a refusal. */
import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import type { Target } from './tcp-proxy.js';

/** More connections than the shortest queue takes: those that come later are not answered by the kernel. */
const QUEUE = 8;

/** It listens, and sleeps until it is woken; then what waits, and what comes, is led to the target. */
const LISTENER = `
const { workerData: { host, port, awake }, parentPort } = require('node:worker_threads');
const net = require('node:net');
const server = net.createServer((client) => {
  const target = net.connect({ host, port });
  client.on('error', () => target.destroy()).pipe(target);
  target.on('error', () => client.destroy()).pipe(client);
});
server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  setImmediate(() => Atomics.wait(awake, 0, 0));
});`;

export class DeafPort {
  private constructor(
    readonly port: number,
    private readonly worker: Worker,
    private readonly awake: Int32Array,
    private readonly waiting: readonly Socket[],
  ) {}

  /** Deaf from the beginning. */
  static async start({ host = '127.0.0.1', port }: Target): Promise<DeafPort> {
    const awake = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(LISTENER, { eval: true, workerData: { host, port, awake } });
    const [own] = (await once(worker, 'message')) as [number];
    // loopback takes them in this order: whoever connects from now on finds the queue full
    const waiting = Array.from({ length: QUEUE }, () => net.connect(own, '127.0.0.1'));
    for (const socket of waiting) socket.on('error', () => undefined);
    return new DeafPort(own, worker, awake, waiting);
  }

  /** From now on it hears, and leads to its target. */
  hear(): void {
    for (const socket of this.waiting) socket.destroy();
    Atomics.store(this.awake, 0, 1);
    Atomics.notify(this.awake, 0);
  }

  async stop(): Promise<void> {
    this.hear();
    await this.worker.terminate();
  }
}
