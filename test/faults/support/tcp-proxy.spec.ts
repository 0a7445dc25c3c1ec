import { once } from 'node:events';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import { type Mischief, TcpProxy } from './tcp-proxy.js';

/** The server sends back what it gets, and its own end when the client ends. */
describe('the TCP proxy', () => {
  let server: Server;
  let proxy: TcpProxy;

  beforeEach(async () => {
    server = net
      .createServer((socket) => socket.on('error', () => undefined).pipe(socket))
      .listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await TcpProxy.start({ port: (server.address() as AddressInfo).port });
  });
  afterEach(async () => {
    await proxy.stop();
    server.close();
    await once(server, 'close');
  });

  async function connect(): Promise<{ socket: Socket; heard: () => string; over: Promise<string> }> {
    const socket = net.connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
    const pieces: Buffer[] = [];
    socket.on('data', (piece: Buffer) => pieces.push(piece));
    const over = new Promise<string>((done) => {
      socket.once('end', () => done('end'));
      socket.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    });
    await once(socket, 'connect');
    return { socket, heard: () => Buffer.concat(pieces).toString(), over };
  }

  async function exchange(
    mischief: Mischief,
    text = 'abcdef',
  ): Promise<{ heard: string; over: string; ms: number }> {
    proxy.do(mischief);
    const began = performance.now();
    const { socket, heard, over } = await connect();
    socket.end(text);
    const how = await Promise.race([over, once(AbortSignal.timeout(700), 'abort').then(() => 'nothing')]);
    socket.destroy();
    return { heard: heard(), over: how, ms: performance.now() - began };
  }

  it('passes both ways, and ends', async () => {
    expect(await exchange({})).toMatchObject({ heard: 'abcdef', over: 'end' });
  });

  it.each([
    ['end', { heard: 'abc', over: 'end' }],
    ['half-close', { heard: 'abc', over: 'end' }],
    ['silence', { heard: 'abc', over: 'nothing' }],
    ['reset', { over: 'ECONNRESET' }],
  ] as const)('cuts after three bytes: %s', async (then, expected) => {
    expect(await exchange({ after: { bytes: 3, then } })).toMatchObject(expected);
  });

  it('refuses, once', async () => {
    proxy.do({ refuse: true, times: 1 });
    const refused = await connect().then(({ over }) => over, String);
    expect(refused).toMatch(/ECONNRESET/);
    const { socket, over } = await connect();
    socket.end();
    expect(await over).toBe('end');
  });

  it('flips bits of one byte', async () => {
    expect(await exchange({ flip: { at: 2, mask: 2 } })).toMatchObject({ heard: 'abadef' });
  });

  it('is slow in two ways', async () => {
    const late = await exchange({ latencyMs: 200 });
    expect([late.heard, late.ms > 190]).toEqual(['abcdef', true]);
    const slow = await exchange({ bytesPerSecond: 20 });
    expect([slow.heard, slow.ms > 250]).toEqual(['abcdef', true]);
  });

  it('does it to connections that are open already', async () => {
    const { socket, heard, over } = await connect();
    socket.write('one');
    await once(socket, 'data');
    proxy.do({ after: { bytes: 2, then: 'end' } });
    socket.write('two');
    expect([await over, heard()]).toEqual(['end', 'onetw']);
    socket.destroy();
  });
});
