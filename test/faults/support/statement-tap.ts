/** Stands before PostgreSQL, passes everything on, and does something at the moment a statement of one's choice comes by. */
import net, { type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

interface Trap {
  readonly statement: RegExp;
  /** The server has carried it out, and its answer never arrives. */
  readonly answered: boolean;
  readonly act: () => Promise<unknown>;
}

export class StatementTap {
  private readonly server: net.Server;
  private readonly sockets = new Set<Socket>();
  private trap: Trap | null = null;
  private sprung: Promise<unknown> = Promise.resolve();
  /** Pieces that clients have sent. */
  sent = 0;

  private constructor(private readonly target: { port: number }) {
    this.server = net.createServer((client) => this.join(client));
  }

  static async start(target: { port: number }): Promise<StatementTap> {
    const tap = new StatementTap(target);
    tap.server.listen(0, '127.0.0.1');
    await once(tap.server, 'listening');
    return tap;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Acts once, before the statement that matches is passed on. @returns resolves when that has happened */
  before(statement: RegExp, act: () => Promise<unknown>): Promise<void> {
    return this.set(statement, false, act);
  }

  /** Acts once, when the statement that matches has been carried out; its answer is lost. */
  after(statement: RegExp, act: () => Promise<unknown>): Promise<void> {
    return this.set(statement, true, act);
  }

  private set(statement: RegExp, answered: boolean, act: () => Promise<unknown>): Promise<void> {
    return new Promise((done, failed) => {
      this.trap = {
        statement,
        answered,
        act: async () => {
          this.sprung = act().then(() => done(), failed);
          await this.sprung;
        },
      };
    });
  }

  disarm(): void {
    this.trap = null;
  }

  get armed(): boolean {
    return this.trap !== null;
  }

  /** From now on connections lead elsewhere; those that are open end. */
  leadTo(port: number): void {
    this.target.port = port;
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await this.sprung.catch(() => undefined);
  }

  private join(client: Socket): void {
    const server = net.connect({ host: '127.0.0.1', port: this.target.port });
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('close', () => this.sockets.delete(socket));
    }
    client.on('error', () => server.destroy()).on('end', () => server.end());
    server.on('error', () => client.resetAndDestroy()).on('end', () => client.end());
    server.on('close', () => client.destroy());
    let lost = false;
    server.on('data', (piece) => lost || client.write(piece));
    let order = Promise.resolve();
    client.on('data', (piece) => {
      this.sent += 1;
      order = order.then(async () => {
        const trap = this.trapFor(piece);
        if (trap?.answered) {
          lost = true;
          const answer = once(server, 'data');
          server.write(piece);
          await answer;
        }
        await trap?.act();
        if (!trap?.answered) server.write(piece);
      });
      order = order.catch(() => undefined);
    });
  }

  private trapFor(piece: Buffer): Trap | null {
    const { trap } = this;
    if (!trap?.statement.test(piece.toString('latin1'))) return null;
    this.trap = null;
    return trap;
  }
}
