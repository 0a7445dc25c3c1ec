import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a process and its database, and behaves as a network does. */
export class UnsteadyProxy {
  private readonly sockets = new Set<Socket>();
  private frozen = false;
  private away = false;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (client) => this.join(client));
  }

  /** @param url of the database */
  static async start(url: string): Promise<UnsteadyProxy> {
    const server = createServer();
    const proxy = new UnsteadyProxy(server, new URL(url));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** The database's address by way of this proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** Connections are broken, and new ones too, until `comeBack`. */
  goAway(): void {
    this.away = true;
    for (const socket of this.sockets) socket.destroy();
  }

  /** Whatever is sent is swallowed: connections made so far never hear anything again. */
  freeze(): void {
    this.frozen = true;
    for (const socket of this.sockets) socket.pause().unpipe();
  }

  /** New connections go through; frozen ones stay as they are. */
  comeBack(): void {
    this.away = this.frozen = false;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket): void {
    this.keep(client);
    if (this.away) client.destroy();
    if (this.away || this.frozen) return;
    const database = this.keep(connect(Number(this.target.port), this.target.hostname));
    client.pipe(database).pipe(client);
    client.once('close', () => database.destroy());
    database.once('close', () => client.destroy());
  }

  private keep(socket: Socket): Socket {
    this.sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => this.sockets.delete(socket));
    return socket;
  }
}
