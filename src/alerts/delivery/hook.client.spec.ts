import { createHmac } from 'node:crypto';
import http, { type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { Secret } from '../../platform/config/secret.js';
import type { HookConfig } from '../alerts-config.js';
import type { Outgoing } from './channel.js';
import { HookClient } from './hook.client.js';

interface Seen {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let closer: (() => Promise<unknown>) | undefined;
afterEach(async () => {
  await closer?.();
  closer = undefined;
});

async function serve(reply: (response: ServerResponse) => void): Promise<{ port: number; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      seen.push({ headers: request.headers, body });
      reply(response);
    });
  });
  await new Promise<void>((up) => server.listen(0, '127.0.0.1', up));
  closer = () => new Promise((down) => server.close(down).closeAllConnections());
  return { port: (server.address() as AddressInfo).port, seen };
}

const MESSAGE: Outgoing = {
  ...{ source: 'hq', messageId: '<1@example.com>', recipient: 'siem', severity: 'high', subject: 'x' },
  content: { body: '{"name":"Jos\u00e9"}' },
  createdAt: new Date(0),
};

function client(port: number, changed: Partial<HookConfig> = {}, resolve?: LookupFunction): HookClient {
  const config: HookConfig = {
    ...{ name: 'siem', url: `http://127.0.0.1:${port}/in?x=1`, secret: { env: 'X' }, caFile: null },
    ...{ allowPrivate: true, timeoutSeconds: 1 },
    ...changed,
  };
  const secrets = async () => ({ secret: new Secret('geheim'), caPem: undefined });
  return new HookClient({ config, secrets, now: () => 1_700_000_000.9, ...(resolve && { resolve }) });
}
const send = (
  port: number,
  changed?: Partial<HookConfig>,
  resolve?: LookupFunction,
  signal = new AbortController().signal,
) => client(port, changed, resolve).send(MESSAGE, signal);

describe("a hook in Slack's form", () => {
  const slack = { form: 'slack' } as const;
  const posted = async (secret: string, changed: Partial<HookConfig>, port: number) => {
    const config = {
      name: 'siem',
      url: `http://127.0.0.1:${port}`,
      secret: { env: 'X' },
      caFile: null,
    } as const;
    const secrets = async () => ({ secret: new Secret(secret), caPem: undefined });
    const one = { ...config, allowPrivate: true, timeoutSeconds: 20, ...slack, ...changed };
    return new HookClient({ config: one, secrets, now: () => 1 }).send(MESSAGE, new AbortController().signal);
  };

  it.each([
    ['the rest of the address', '/services/T0/B0/geheim'],
    ['all of it', (port: number) => `http://127.0.0.1:${port}/services/T0/B0/geheim`],
  ])('posts to where its secret leads: %s', async (_, secret) => {
    const paths: string[] = [];
    const { port, seen } = await serve((response) => {
      paths.push(response.req.url ?? '');
      response.end('ok');
    });
    const said = await posted(typeof secret === 'string' ? secret : secret(port), {}, port);
    expect(said).toEqual({ outcome: 'sent', said: 'answered 200: ok' });
    expect(paths).toEqual(['/services/T0/B0/geheim']);
    expect(seen[0]?.headers['rolewatch-signature']).toBeUndefined();
    expect(seen[0]?.body).toBe('{"name":"Jos\u00e9"}');
  });

  it('is not led away from the host that the configuration names', async () => {
    const { port, seen } = await serve((response) => response.end('ok'));
    for (const secret of [
      'http://127.0.0.1:1/x',
      'https://evil.example/x',
      '//evil.example/x',
      'http://a:b@127.0.0.1/x',
    ]) {
      const { outcome, said } = await posted(secret, {}, port);
      expect([outcome, said]).toEqual(['failed', expect.stringContaining('leads away')]);
      expect(said).not.toContain('evil');
    }
    expect(seen).toEqual([]);
  });

  it.each([
    [200, 'invalid_payload', 'failed'],
    [200, '', 'failed'],
    [200, 'ok', 'sent'],
    [400, 'invalid_payload', 'failed'],
    [410, 'channel_is_archived', 'refused'],
    [429, 'slow down', 'failed'],
  ])('takes %d with %j as %s', async (status, body, outcome) => {
    const { port } = await serve((response) => response.writeHead(status).end(body));
    expect((await posted('/x', {}, port)).outcome).toBe(outcome);
  });
});

describe("an answer in Slack's form", () => {
  it('that is cut off may have been an ok', async () => {
    const { port } = await serve((response) => {
      response.writeHead(200, { 'content-length': '2' });
      response.write('o', () => response.destroy());
    });
    expect(await send(port, { form: 'slack' })).toMatchObject({ outcome: 'unconfirmed' });
  });
});

describe('a hook', () => {
  it('gets the body, signed over its time', async () => {
    const { port, seen } = await serve((response) => response.writeHead(202).end('thanks'));
    expect(await send(port)).toEqual({ outcome: 'sent', said: 'answered 202: thanks' });
    const [{ headers, body }] = seen as [Seen];
    expect(body).toBe('{"name":"Jos\u00e9"}');
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'rolewatch-message-id': '<1@example.com>',
      'rolewatch-timestamp': '1700000000',
      'rolewatch-signature': `v1=${createHmac('sha256', 'geheim').update(`1700000000.${body}`).digest('hex')}`,
    });
    expect(JSON.stringify(headers)).not.toContain('geheim');
  });

  it.each([
    [500, 'failed'],
    [429, 'failed'],
    [404, 'failed'],
    [401, 'failed'],
    [410, 'refused'],
  ] as const)('that answers %i has %s', async (status, outcome) => {
    const { port } = await serve((response) =>
      response.writeHead(status, { 'retry-after': '120' }).end('no'),
    );
    const delivery = await send(port);
    expect(delivery).toMatchObject({ outcome, said: expect.stringContaining(`answered ${status}: no`) });
    if (outcome === 'failed') expect(delivery.pauseMs).toBe(120_000);
  });

  it('that leads elsewhere is not followed', async () => {
    const { port, seen } = await serve((response) => response.writeHead(307, { location: '/other' }).end());
    expect(await send(port)).toMatchObject({
      outcome: 'failed',
      said: expect.stringContaining('never followed'),
    });
    expect(seen).toHaveLength(1);
  });

  it('that never answers, or cuts the connection, may have the message', async () => {
    const silent = await serve(() => undefined);
    expect(await send(silent.port)).toMatchObject({
      outcome: 'unconfirmed',
      said: expect.stringContaining('within 1 s'),
    });
    await closer?.();
    const cut = await serve((response) => response.destroy());
    expect(await send(cut.port)).toMatchObject({ outcome: 'unconfirmed' });
  });

  it('that nobody could connect to has no message', async () => {
    const { port } = await serve(() => undefined);
    await closer?.();
    closer = undefined;
    expect(await send(port)).toMatchObject({ outcome: 'failed', channelDown: true });
    const stopped = await send(port, {}, undefined, AbortSignal.abort());
    expect(stopped).toMatchObject({ outcome: 'failed', said: expect.stringContaining('stopped') });
  });
});

describe('the guard', () => {
  const resolving =
    (...addresses: string[]): LookupFunction =>
    (_name, _options, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );

  it('connects to no private address unless that is said, by literal or by name', async () => {
    const { port, seen } = await serve((response) => response.end());
    expect(await send(port, { allowPrivate: false })).toMatchObject({
      said: expect.stringContaining('allowPrivate'),
    });
    const url = `http://siem.example:${port}/`;
    for (const addresses of [
      ['127.0.0.1'],
      ['::ffff:127.0.0.1'],
      ['93.184.216.34', '127.0.0.1'],
      ['0.0.0.0'],
      [],
    ]) {
      const delivery = await send(port, { url, allowPrivate: false }, resolving(...addresses));
      expect(delivery).toMatchObject({ outcome: 'failed', said: expect.stringMatching(/leads to/) });
    }
    expect(seen).toEqual([]);
  });

  it('connects to the address that it checked', async () => {
    const { port, seen } = await serve((response) => response.end());
    const asked: string[] = [];
    const once: LookupFunction = (name, options, callback) => {
      asked.push(name);
      // whoever asked a second time would be led elsewhere
      const address = asked.length === 1 ? '127.0.0.1' : '169.254.169.254';
      resolving(address)(name, options, callback);
    };
    expect(await send(port, { url: `http://siem.example:${port}/` }, once)).toMatchObject({
      outcome: 'sent',
    });
    expect([asked, seen[0]?.headers.host]).toEqual([['siem.example'], `siem.example:${port}`]);
  });

  it('lets nobody lead to metadata, whatever is said', async () => {
    const delivery = await send(1, { url: 'http://siem.example/' }, resolving('169.254.169.254'));
    expect(delivery.said).toContain('nothing is ever sent');
  });

  it('whose name leads nowhere, or cannot be asked for, is a message not sent', async () => {
    const named = { url: 'https://hook.no-such-host.invalid/in' };
    expect(await send(1, named)).toMatchObject({
      outcome: 'failed',
      channelDown: true,
      said: expect.stringMatching(/DNS/),
    });
    // as node:dns does: nothing but the error
    const silent = ((_host, _options, callback) =>
      (callback as (error: Error) => void)(
        Object.assign(new Error('queryA'), { code: 'EAI_AGAIN' }),
      )) as LookupFunction;
    expect(await send(1, named, silent)).toMatchObject({
      outcome: 'failed',
      said: 'the DNS does not answer',
    });
    const none = ((_host, _options, callback) => callback(null, [])) as LookupFunction;
    expect(await send(1, named, none)).toMatchObject({ said: 'its name leads to no address' });
  });
});
