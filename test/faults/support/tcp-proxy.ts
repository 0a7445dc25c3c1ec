/** A TCP proxy that misbehaves on order: between the product and whatever it speaks with, on loopback. */
import { once } from 'node:events';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** `up`: what the client sends. `down`: what the server answers. */
export type Way = 'up' | 'down';

/** How a connection ends, or does not, once its bytes are used up. */
export type End =
  /** closed in order, both ways */
  | 'end'
  /** RST, both ways */
  | 'reset'
  /** nothing more passes this way, and nobody is told */
  | 'silence'
  /** this way is closed in order, the other one stays open */
  | 'half-close';

/** What is done to connections, those that are open included; the parts may be combined. */
export interface Mischief {
  /** Which way suffers; down unless said otherwise. */
  readonly way?: Way | 'both';
  /** The first connection hit, counted from 1 since the mischief began; those open at that time are all hit. */
  readonly from?: number;
  /** How many connections are hit from there on. */
  readonly times?: number;
  /** Every piece is held back so long. */
  readonly latencyMs?: number;
  readonly bytesPerSecond?: number;
  /** Turns bits of the byte at `at`, counted from 0 since the mischief began; `mask` is 1 unless said otherwise. */
  readonly flip?: { readonly at: number; readonly mask?: number };
  /** So many bytes pass, counted since the mischief began, and then this happens. */
  readonly after?: { readonly bytes: number; readonly then: End };
  /** New connections are reset before anything passes. */
  readonly refuse?: boolean;
}

export interface Target {
  readonly host?: string;
  readonly port: number;
}

/** Throttled bytes pass in pieces of this length in time, so that an idle time-out never sees silence. */
const PIECE_MS = 100;

export class TcpProxy {
  /** Connections accepted so far. */
  accepted = 0;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  #mischief: Mischief = {};
  #since = 0;

  private constructor(readonly target: Target) {
    // half-open, so that an end one way is passed on as an end that way
    this.#server = net.createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  static async start(target: Target): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many connections are open now. */
  get open(): number {
    return this.#connections.size;
  }

  /** From now on, instead of any earlier mischief. */
  do(mischief: Mischief): void {
    this.#mischief = mischief;
    this.#since = this.accepted;
    for (const connection of this.#connections) connection.suffer(mischief);
  }

  /** No mischief any more. What was silenced stays silent: its bytes are lost. */
  calm(): void {
    this.do({});
  }

  /** RST to every connection that is open now. */
  resetAll(): void {
    for (const connection of this.#connections) connection.reset();
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.resetAll();
    await closed;
  }

  #accept(client: Socket): void {
    const nth = ++this.accepted - this.#since;
    const { from = 1, times = Infinity } = this.#mischief;
    const hit = nth >= from && nth < from + times;
    if (hit && this.#mischief.refuse) {
      abort(client.on('error', () => undefined));
      return;
    }
    const { host = '127.0.0.1', port } = this.target;
    const server = net.connect({ host, port, allowHalfOpen: true });
    const connection = new Connection(client, server, hit ? this.#mischief : {});
    this.#connections.add(connection);
    void connection.run().finally(() => this.#connections.delete(connection));
  }
}

class Connection {
  readonly #up: Lane;
  readonly #down: Lane;

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
    mischief: Mischief,
  ) {
    this.#up = new Lane('up', client, server, this);
    this.#down = new Lane('down', server, client, this);
    this.suffer(mischief);
  }

  async run(): Promise<void> {
    await Promise.all([this.#up.run(), this.#down.run()]);
    this.client.destroy();
    this.server.destroy();
  }

  suffer(mischief: Mischief): void {
    this.#up.suffer(mischief);
    this.#down.suffer(mischief);
  }

  reset(): void {
    for (const socket of [this.client, this.server]) abort(socket);
  }

  end(): void {
    for (const socket of [this.client, this.server]) socket.end();
  }
}

/** RST at once. `resetAndDestroy` alone ends the connection in order first, so that the other side sees its end. */
function abort(socket: Socket): void {
  Object.assign(socket, { resetAndClosing: true });
  socket.destroy();
}

/** One way of one connection. */
class Lane {
  #mischief: Mischief = {};
  #passed = 0;

  constructor(
    private readonly way: Way,
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly connection: Connection,
  ) {
    // a connection that breaks on one side breaks on the other; after that, errors tell nothing new
    from.on('error', () => abort(to));
  }

  suffer(mischief: Mischief): void {
    const { way = 'down' } = mischief;
    this.#mischief = way === 'both' || way === this.way ? mischief : {};
    this.#passed = 0;
    const { after } = this.#mischief;
    if (after?.bytes === 0) this.#finish(after.then);
  }

  async run(): Promise<void> {
    try {
      for await (const chunk of this.from.iterator({ destroyOnReturn: false }))
        for (const piece of this.#pieces(chunk as Buffer)) await this.#pass(piece);
      if (!this.#silent()) this.to.end();
    } catch {
      this.to.destroy();
    }
    // an end on the one side leaves the other open as long as it wants
    if (!this.to.destroyed) await once(this.to, 'close').catch(() => undefined);
  }

  #pieces(chunk: Buffer): Buffer[] {
    const { bytesPerSecond } = this.#mischief;
    if (bytesPerSecond === undefined) return [chunk];
    const length = Math.max(1, Math.round((bytesPerSecond * PIECE_MS) / 1000));
    const pieces: Buffer[] = [];
    for (let at = 0; at < chunk.length; at += length) pieces.push(chunk.subarray(at, at + length));
    return pieces;
  }

  async #pass(piece: Buffer): Promise<void> {
    const { latencyMs, bytesPerSecond } = this.#mischief;
    const wait =
      (latencyMs ?? 0) + (bytesPerSecond === undefined ? 0 : (piece.length * 1000) / bytesPerSecond);
    if (wait > 0) await delay(wait);
    // looked at again: it may have changed while this piece was held back
    const { after } = this.#mischief;
    const left = after === undefined ? Infinity : Math.max(0, after.bytes - this.#passed);
    const allowed = this.#flipped(piece).subarray(0, left);
    this.#passed += piece.length;
    if (allowed.length > 0 && this.to.writable && !this.to.write(allowed))
      await Promise.race([once(this.to, 'drain'), once(this.to, 'close')]).catch(() => undefined);
    if (after !== undefined && left <= piece.length) this.#finish(after.then);
  }

  #flipped(piece: Buffer): Buffer {
    const { flip } = this.#mischief;
    const at = flip === undefined ? -1 : flip.at - this.#passed;
    if (at < 0 || at >= piece.length) return piece;
    const changed = Buffer.from(piece);
    changed[at] = (changed[at] ?? 0) ^ (flip?.mask ?? 1);
    return changed;
  }

  #finish(how: End): void {
    if (how === 'reset') this.connection.reset();
    else if (how === 'end') this.connection.end();
    else if (how === 'half-close') this.to.end();
  }

  #silent(): boolean {
    const { after } = this.#mischief;
    return after?.then === 'silence' && this.#passed >= after.bytes;
  }
}
