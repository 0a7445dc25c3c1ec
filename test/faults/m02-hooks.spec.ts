/** M4: hooks that are away, silent, or cut off what they took; nothing lost, at most three copies too many. */
import http, { type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { routingOf } from '../../src/alerts/alert-routing.js';
import type { AlertsConfig, HookConfig } from '../../src/alerts/alerts-config.js';
import { channelsOf } from '../../src/alerts/delivery/channels.client.js';
import { DeliverJob } from '../../src/alerts/delivery/deliver.job.js';
import { DeliveryStore } from '../../src/alerts/delivery/delivery.store.js';
import { messagesOf } from '../../src/alerts/outbox.view.js';
import { village } from '../medium/pipeline/village.js';
import { PASSWORD, Pipeline } from '../support/pipeline.js';
import { expectSound, expectWords } from './support/afterwards.js';
import { TcpProxy } from './support/tcp-proxy.js';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const FORMS = [['signed'], ['slack']] as const;
type Form = (typeof FORMS)[number][0];

interface Taken {
  readonly id: string;
  readonly body: string;
}

let pipeline: Pipeline;
let closing: (() => Promise<unknown>)[] = [];

beforeAll(() => (process.env['HOOK_SECRET'] = '/services/T0/B0/geheim'));
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

function configOf(port: number, form: Form): AlertsConfig {
  const hook: HookConfig = {
    ...{ name: 'pager', url: `http://127.0.0.1:${port}/in`, secret: { env: 'HOOK_SECRET' }, caFile: null },
    ...{ allowPrivate: true, timeoutSeconds: 1, ...(form === 'slack' && { form }) },
  };
  const route = {
    severity: 'high',
    sources: null,
    scopes: null,
    kinds: null,
    to: [],
    hook: 'pager',
  } as const;
  return { smtp: null, hooks: [hook], routes: [route] };
}

/** A first reading: one message. */
async function told(form: Form): Promise<void> {
  pipeline = await Pipeline.start({ estate: village(), routing: routingOf(configOf(1, form)) });
  closing.push(() => pipeline.stop());
  await pipeline.publish();
}

async function serve(reply: (response: ServerResponse) => void): Promise<{ port: number; taken: Taken[] }> {
  const taken: Taken[] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('error', () => undefined);
    request.on('end', () => {
      taken.push({ id: String(request.headers['rolewatch-message-id']), body });
      reply(response);
    });
  });
  await new Promise<void>((up) => server.listen(0, '127.0.0.1', up));
  closing.push(() => new Promise((down) => server.close(down).closeAllConnections()));
  return { port: (server.address() as AddressInfo).port, taken };
}

/** As if every pause had passed. */
async function deliver(config: AlertsConfig, times = 1): Promise<void> {
  for (let n = 0; n < times; n++) {
    await pipeline.db.query(`update outbox set due_at = now() where state = 'pending'`);
    const job = new DeliverJob(new DeliveryStore(pipeline.db), channelsOf(config), quiet);
    await job.deliver({ aheadMs: 60_000, signal: new AbortController().signal });
  }
}

async function message() {
  const [message, ...others] = (await messagesOf(pipeline.db, { limit: 10 })).messages;
  expect(others).toEqual([]);
  return message;
}

const ok = (response: ServerResponse): unknown => response.end('ok');
const oneMessage = (taken: readonly Taken[]) => new Set(taken.map(({ id, body }) => `${id}\n${body}`)).size;

describe.each(FORMS)('a hook, %s,', (form) => {
  it.each([
    ['cuts the connection', (response: ServerResponse) => response.destroy()],
    ['never answers', () => undefined],
  ])('that takes a message and %s has at most four copies of it', async (_, reply) => {
    await told(form);
    const { port, taken } = await serve(reply);
    await deliver(configOf(port, form), 6);
    expect(taken).toHaveLength(4);
    expect(oneMessage(taken)).toBe(1);
    const { state, why } = (await message()) ?? {};
    expect([state, why]).toEqual(['dead', expect.stringMatching(/handed over 4 times/)]);
    expectWords(why);
    await expectSound({ pipeline, secrets: [PASSWORD] });
  });

  it('that cuts once has two copies, and then it is sent', async () => {
    await told(form);
    const { port, taken } = await serve((response) =>
      taken.length === 1 ? response.destroy() : ok(response),
    );
    await deliver(configOf(port, form), 3);
    expect(taken).toHaveLength(2);
    expect(oneMessage(taken)).toBe(1);
    expect(await message()).toMatchObject({ state: 'sent' });
    await expectSound({ pipeline, secrets: [PASSWORD] });
  });

  it('that could not be given the message is tried on', async () => {
    await told(form);
    const { port, taken } = await serve(ok);
    await deliver(configOf(1, form), 3);
    const busy = await serve((response) => response.writeHead(503).end('later'));
    await deliver(configOf(busy.port, form), 3);
    expect(await message()).toMatchObject({ state: 'pending' });
    await deliver(configOf(port, form));
    expect(taken).toHaveLength(1);
    expect(await message()).toMatchObject({ state: 'sent' });
    await expectSound({ pipeline, secrets: [PASSWORD] });
  });
});

it('an answer that the network swallows is no answer', async () => {
  await told('signed');
  const { port, taken } = await serve(ok);
  const proxy = await TcpProxy.start({ port });
  closing.push(() => proxy.stop());
  proxy.do({ after: { bytes: 0, then: 'silence' } });
  await deliver(configOf(proxy.port, 'signed'), 6);
  expect([taken.length, oneMessage(taken)]).toEqual([4, 1]);
  expect(await message()).toMatchObject({ state: 'dead' });
});
