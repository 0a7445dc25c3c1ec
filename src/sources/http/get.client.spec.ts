import { readdirSync, readFileSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { SourceError } from '../source.js';
import { type GetAnswer, GetClient, type GetSettings } from './get.client.js';

type Handler = (req: IncomingMessage, res: ServerResponse) => void;

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  while (closers.length > 0) await closers.pop()?.();
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((done) => server.close(done));
  });
  return (server.address() as AddressInfo).port;
}

interface Asked {
  readonly client: GetClient;
  readonly requests: IncomingMessage[];
  readonly slept: number[];
  readonly port: number;
}

/** A client of a server that answers the n-th request with the n-th handler, and then with the last one again. */
async function serve(handlers: Handler[], settings: Partial<GetSettings> = {}): Promise<Asked> {
  const requests: IncomingMessage[] = [];
  const server = http.createServer((req, res) => {
    requests.push(req);
    handlers[Math.min(requests.length, handlers.length) - 1]?.(req, res);
  });
  const port = await listen(server);
  return { ...connect(port, settings), requests, port };
}

function connect(port: number, settings: Partial<GetSettings> = {}): { client: GetClient; slept: number[] } {
  const slept: number[] = [];
  const sleep = (ms: number): Promise<void> => Promise.resolve(void slept.push(ms));
  const client = new GetClient(
    { url: `http://127.0.0.1:${port}`, username: 'auditor', password: () => 'top:secret', ...settings },
    { sleep, random: () => 0.5 },
  );
  closers.push(() => client.close());
  return { client, slept };
}

const get = (client: GetClient, signal = new AbortController().signal): Promise<GetAnswer> =>
  client.get({ path: '/rest/api/v2/x', query: { limit: 2, word: 'a b&c' }, where: 'users, page 0', signal });

async function failure(client: GetClient, signal?: AbortSignal): Promise<SourceError> {
  const error: unknown = await get(client, signal).then(
    () => new Error('it answered'),
    (e: unknown) => e,
  );
  expect(error).toHaveProperty('name', 'SourceError');
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(
    /secret|YXVkaXRvcjp0b3A6c2VjcmV0/,
  );
  return error as SourceError;
}

const json =
  (body: string, status = 200, headers: http.OutgoingHttpHeaders = {}): Handler =>
  (_, res) =>
    void res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);

describe('a good answer', () => {
  it('is asked for with GET, Basic credentials at once and no compression', async () => {
    const { client, requests } = await serve([json('{"results":[]}')]);
    const answer = await get(client);
    expect(answer.bytes.toString()).toBe('{"results":[]}');
    expect(answer.receivedAt.getTime()).toBeGreaterThanOrEqual(answer.sentAt.getTime());
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ method: 'GET', url: '/rest/api/v2/x?limit=2&word=a+b%26c' });
    expect(requests[0]?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('auditor:top:secret').toString('base64')}`,
      'accept-encoding': 'identity',
      accept: 'application/json',
    });
  });

  it('may carry a charset, or no content type at all', async () => {
    const { client } = await serve([
      json('[1]', 200, { 'content-type': 'Application/JSON; charset=utf-8' }),
      (_, res) => void res.writeHead(200).end('[2]'),
    ]);
    expect((await get(client)).bytes.toString()).toBe('[1]');
    expect((await get(client)).bytes.toString()).toBe('[2]');
  });

  it('takes up a changed password', async () => {
    let password = 'one';
    const { client, requests } = await serve([json('[]')], { password: () => Promise.resolve(password) });
    await get(client);
    password = 'two';
    await get(client);
    expect(requests[1]?.headers.authorization).toBe(`Basic ${Buffer.from('auditor:two').toString('base64')}`);
  });
});

describe('statuses', () => {
  it.each([408, 425, 429, 500, 502, 503, 504])('%i is tried again', async (status) => {
    const { client, requests, slept } = await serve([json('busy', status), json('[]')]);
    await get(client);
    expect(requests).toHaveLength(2);
    expect(slept).toEqual([250]);
  });

  it('a lasting 503 is tried five times', async () => {
    const { client, requests } = await serve([json('', 503)]);
    expect(await failure(client)).toMatchObject({
      code: 'http-status',
      message: expect.stringMatching(/503: the server, .+; tried 5 times$/) as string,
    });
    expect(requests).toHaveLength(5);
  });

  it('Retry-After is honoured as seconds and as a date, and refused when absurd', async () => {
    const { client, slept, requests } = await serve([
      json('', 429, { 'retry-after': '7' }),
      json('', 503, { 'retry-after': new Date(Date.now() + 600_000).toUTCString() }),
      json('', 429, { 'retry-after': '99999999' }),
    ]);
    expect((await failure(client)).message).toContain('longer than the 15 min we wait');
    expect(requests).toHaveLength(3);
    expect(slept[0]).toBe(7000);
    expect(slept[1]).toBeGreaterThan(590_000);
    expect(slept[1]).toBeLessThanOrEqual(600_000);
  });

  it('401 is sent once, whatever came before', async () => {
    const { client, requests } = await serve([
      json('{}', 500),
      json('{"messages":[{"localizedMessage":"Falsch"}]}', 401),
    ]);
    const error = await failure(client);
    expect(error.code).toBe('unauthorised');
    expect(error.message).toContain('answered 401 (“Falsch”)');
    expect(requests).toHaveLength(2);
  });

  it.each([
    [{ message: 'Falsch' }],
    [{ error: 'Falsch' }],
    [{ error: { message: 'Falsch', code: 7 } }],
    [{ title: 'Falsch', status: 401 }],
  ])('the server’s words are found in %j', async (body) => {
    const { client } = await serve([json(JSON.stringify(body), 401)]);
    expect((await failure(client)).message).toContain('answered 401 (“Falsch”)');
  });

  it('403 is denied, others are named with the server’s words, cut, on one line, without our secrets', async () => {
    // 😀 stands where it is cut: a half of it could be neither shown nor stored
    const text = `Nope\n top:secret ${'x'.repeat(189)}😀${'x'.repeat(300)}`;
    const { client, requests } = await serve([
      json('not json', 403),
      json(JSON.stringify({ messages: [{ localizedMessage: text }, 'odd', { localizedMessage: 7 }] }), 404),
    ]);
    expect(await failure(client)).toMatchObject({ code: 'denied' });
    const error = await failure(client);
    expect(error.code).toBe('http-status');
    expect(error.message).toMatch(
      /^users, page 0: answered 404 \(“Nope {1,2}\*\*\* x+\ufffd…”\): nothing is there: is the path right/,
    );
    expect(error.message.length).toBeLessThan(300);
    expect(requests).toHaveLength(2);
  });

  it.each([
    ['204', (_: IncomingMessage, res: ServerResponse) => void res.writeHead(204).end(), 'answered 204'],
    ['an empty 200', json(''), 'empty body'],
    [
      'HTML',
      json('<html>log in</html>', 200, { 'content-type': 'text/html' }),
      'answered HTML: is the path right',
    ],
    [
      'text',
      json('[]', 200, { 'content-type': 'text/plain' }),
      'answered text/plain where application/json is due',
    ],
    [
      'gzip',
      (_: IncomingMessage, res: ServerResponse) => json('', 200, { 'content-encoding': 'gzip' })(_, res),
      'content-encoding gzip',
    ],
  ])('%s where JSON is due is no answer and not tried again', async (_, handler, words) => {
    const { client, requests } = await serve([handler]);
    const error = await failure(client);
    expect(error.code).toBe('not-json-answer');
    expect(error.message).toContain(words);
    expect(requests).toHaveLength(1);
  });

  it('a compressed bomb is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const { client } = await serve([
      (_, res) =>
        void res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb),
    ]);
    expect((await failure(client)).code).toBe('not-json-answer');
  });
});

describe('one origin', () => {
  it.each([301, 302, 303, 307, 308])('a %i is named and never followed', async (status) => {
    const elsewhere = await serve([json('[]')]);
    const location = `http://127.0.0.1:${elsewhere.port}/steal?x=1`;
    const { client, requests } = await serve([json('', status, { location })]);
    const error = await failure(client);
    expect(error.code).toBe('redirected');
    expect(error.message).toContain(`a redirect to http://127.0.0.1:${elsewhere.port}:`);
    expect(elsewhere.requests).toHaveLength(0);
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['content type', 200, { 'content-type': 'x/YXVkaXRvcjp0b3A6c2VjcmV0' }],
    ['content encoding', 200, { 'content-encoding': 'top:secret' }],
    ['location', 302, { location: 'https://YXVkaXRvcjp0b3A6c2VjcmV0.example.com' }],
  ])('a secret that is sent back as %s is not repeated, in whatever case', async (_, status, headers) => {
    const { client } = await serve([json('[]', status, headers)]);
    const { message } = await failure(client);
    expect(message).toContain('***');
    expect(message).not.toMatch(/secret|YXVkaXRvcjp0b3A6c2VjcmV0/i);
  });

  it.each([
    ['/log-in', 'another path of the same host'],
    ['http://169.254.169.254/latest/meta-data', 'http://169.254.169.254'],
    [undefined, 'nowhere'],
  ])('a redirect to %s is not followed either', async (location, words) => {
    const { client, requests } = await serve([json('', 302, location === undefined ? {} : { location })]);
    expect((await failure(client)).message).toContain(words);
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['https://user:pw@core.example.com', /credentials/],
    ['https://core.example.com/rest', /more than scheme, host and port/],
    ['http://core.example.com', /must be https/],
    ['http://127.0.0.1.example.com', /must be https/],
    ['core.example.com', /not a URL/],
  ])('refuses %s as its url', (url, words) => {
    expect(() => new GetClient({ url, username: 'a', password: () => 'b' })).toThrow(words);
  });

  it('this is the only file of the room that reaches the network, and GET its only method', () => {
    const room = join(__dirname, '..');
    const files = readdirSync(room, { recursive: true, encoding: 'utf8' }).filter(
      (f) => f.endsWith('.ts') && !f.endsWith('.spec.ts'),
    );
    const networked = files.filter((f) =>
      /from '(undici|node:(http|https|http2|net|tls|dgram))'|\bfetch\(/.test(
        readFileSync(join(room, f), 'utf8'),
      ),
    );
    expect(networked).toEqual([join('http', 'get.client.ts')]);
    const text = readFileSync(join(room, 'http', 'get.client.ts'), 'utf8');
    expect(text.match(/#pool\.\w+/g)?.sort()).toEqual(['#pool.destroy', '#pool.request']);
    expect(text.match(/method: .*/g)).toEqual(["method: 'GET',"]);
    const surface = Object.getOwnPropertyNames(GetClient.prototype).sort();
    expect(surface).toEqual(['close', 'constructor', 'get']);
  });
});

describe('broken connections', () => {
  /** Each connection gets `bytes`, then `after` happens. */
  async function raw(bytes: string, after: (socket: Socket) => void, settings: Partial<GetSettings> = {}) {
    let connections = 0;
    const server = net.createServer((socket) => {
      connections++;
      socket.once('data', () => socket.write(bytes, () => after(socket)));
    });
    return { ...connect(await listen(server), settings), count: () => connections };
  }
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
  const nothing = (): void => undefined;
  const quick = (limits: GetSettings['limits']): Partial<GetSettings> => ({
    limits: { tries: 2, ...limits },
  });

  it.each([
    ['reset in mid-body', `${head}content-length: 100\r\n\r\n[1,`, (s: Socket) => s.resetAndDestroy()],
    ['ended early', `${head}content-length: 100\r\n\r\n[1,`, (s: Socket) => s.end()],
    ['ended within chunks', `${head}transfer-encoding: chunked\r\n\r\n5\r\n[1,`, (s: Socket) => s.end()],
    ['closed without an answer', '', (s: Socket) => s.destroy()],
    ['something that is not HTTP', 'SSH-2.0-OpenSSH\r\n', nothing],
  ])('%s is unreachable, and tried again', async (_, bytes, after) => {
    const { client, count } = await raw(bytes, after, quick({}));
    expect(await failure(client)).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/tried 2 times$/) as string,
    });
    expect(count()).toBe(2);
  });

  it('a wrong content-length that is too small does not pass for the whole', async () => {
    const { client } = await raw(`${head}content-length: 2\r\n\r\n[1,2,3]`, nothing, quick({ tries: 1 }));
    const outcome = await get(client).then(
      (a) => a.bytes.toString(),
      (e: unknown) => (e as SourceError).code,
    );
    expect(['[1', 'unreachable']).toContain(outcome);
  });

  it.each([
    ['headers never come', '', { headersMs: 50 }, 'sent no headers in time'],
    ['the body stalls', `${head}content-length: 9\r\n\r\n[1,`, { idleMs: 50 }, 'stalled'],
    [
      'the whole takes too long',
      `${head}content-length: 9\r\n\r\n[1,`,
      { pageMs: 50 },
      'took longer than 0.05 s in all',
    ],
  ])('%s', async (_, bytes, limits, words) => {
    const { client } = await raw(bytes, nothing, quick(limits));
    const error = await failure(client);
    expect(error.code).toBe('unreachable');
    expect(error.message).toContain(words);
  });

  it.each([
    ['HTTP/1.1 100 Continue\r\n\r\n'],
    ['HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'],
  ])('what was not asked for is told as that: %j', async (bytes) => {
    const { client } = await raw(bytes, nothing, quick({ tries: 1 }));
    expect(await failure(client)).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('answers with what was not asked for') as string,
    });
  });

  it('a drip of bytes ends with the limit of the page', async () => {
    const drip = (socket: Socket): void => {
      const timer = setInterval(() => socket.write('1'), 5);
      socket.on('close', () => clearInterval(timer));
    };
    const { client } = await raw(
      `${head}content-length: 99999\r\n\r\n[`,
      drip,
      quick({ pageMs: 100, tries: 1 }),
    );
    expect((await failure(client)).message).toContain('in all');
  });

  it('a refused connection says so', async () => {
    const server = net.createServer();
    const port = await listen(server);
    await closers.pop()?.();
    const { client } = connect(port, quick({}));
    expect((await failure(client)).message).toContain('refuses the connection');
  });

  it.each([
    ['announced', 'content-length: 10000000000\r\n'],
    ['unannounced', 'transfer-encoding: chunked\r\n'],
  ])('a body beyond the limit, %s, is too large', async (_, header) => {
    const flood = (socket: Socket): void => {
      const more = (): void => {
        while (!socket.destroyed && socket.write(`400\r\n${'x'.repeat(1024)}\r\n`));
      };
      socket.on('drain', more);
      more();
    };
    const { client, count } = await raw(`${head}${header}\r\n`, flood, quick({ pageBytes: 100_000 }));
    expect(await failure(client)).toMatchObject({
      code: 'too-large',
      message: expect.stringContaining('100000 bytes') as string,
    });
    expect(count()).toBe(1);
  });

  it('a flood of headers is bounded', async () => {
    const { client, count } = await raw(head + 'x-a: 1\r\n'.repeat(1_000_000), nothing, quick({}));
    expect((await failure(client)).code).toBe('too-large');
    expect(count()).toBe(1);
  });
});

describe('cancelling', () => {
  it('ends a request under way', async () => {
    const abort = new AbortController();
    const { client, requests } = await serve([() => abort.abort()]);
    expect(await failure(client, abort.signal)).toMatchObject({ code: 'cancelled' });
    expect(requests).toHaveLength(1);
  });

  it('ends a wait between attempts', async () => {
    const abort = new AbortController();
    const { port } = await serve([json('', 503, { 'retry-after': '600' })]);
    const client = new GetClient({ url: `http://127.0.0.1:${port}`, username: 'a', password: () => 'b' });
    closers.push(() => client.close());
    setTimeout(() => abort.abort(), 50);
    expect(await failure(client, abort.signal)).toMatchObject({ code: 'cancelled' });
  });

  it('sends nothing when it is too late', async () => {
    const { client, requests } = await serve([json('[]')]);
    expect(await failure(client, AbortSignal.abort())).toMatchObject({ code: 'cancelled' });
    expect(requests).toHaveLength(0);
  });
});
