/** U3, M1, D2: whoever is asked for a connection never answers, neither yes nor no. Each wait has its bound and its words. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HookClient } from '../../src/alerts/delivery/hook.client.js';
import { Secret } from '../../src/platform/config/secret.js';
import { GetClient } from '../../src/sources/http/get.client.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { within } from '../support/waiting.js';
import { SOUND, soonAfterwards } from './support/afterwards-database.js';
import { DeafPort } from './support/deaf-port.js';
import { type Addresses, Site } from './support/site.js';
import { inLongTier } from './support/tier.js';

let database: TestDatabase;
let deaf: DeafPort;
let site: Site | undefined;

beforeEach(async () => {
  database = await freshDatabase();
});
afterEach(async () => {
  await site?.close();
  site = undefined;
  await deaf.stop();
  await database.drop();
});

/** In the site's configuration, where the product finds it. */
function configure(opened: Site, ...changes: readonly (readonly [from: string, to: string])[]): void {
  const before = readFileSync(opened.configFile, 'utf8');
  writeFileSync(
    opened.configFile,
    changes.reduce((yaml, [from, to]) => yaml.replace(from, to), before),
  );
}

it('a source: the run fails and says so, and the next one reads', async () => {
  site = await Site.open(database);
  const port = Number(new URL(site.server.url).port);
  deaf = await DeafPort.start({ port });
  configure(
    site,
    [`:${port}`, `:${deaf.port}`],
    ['pageSize: 5', 'pageSize: 5\n    limits: { connectSeconds: 1, tries: 2 }'],
  );
  const { status, said } = await within('the end of the run', site.rolewatch('run'), 20);
  expect(status).toBe(1);
  expect(said).toMatch(/did not accept the connection in time/);
  deaf.hear();
  expect(await soonAfterwards(site)).toEqual(SOUND);
});

it('a source, with more patience than the process has: it is given up as soon as that is asked to stop', async () => {
  deaf = await DeafPort.start({ port: 1 });
  const client = new GetClient({
    ...{ url: `http://127.0.0.1:${deaf.port}`, username: 'x', password: () => 'x' },
    limits: { connectMs: 60_000 },
  });
  const asked = client.get({ path: '/', where: 'ping', signal: AbortSignal.timeout(200) });
  await expect(within('the end of the request', asked, 20)).rejects.toMatchObject({ code: 'cancelled' });
  await within('the end of the client', client.close(), 20);
});

inLongTier(
  'a mail server: the run publishes, says that nobody was told, and everybody is told later',
  async () => {
    site = await Site.open(database);
    const { port } = site.mailbox;
    deaf = await DeafPort.start({ port });
    configure(
      site,
      [`port: ${port}`, `port: ${deaf.port}`],
      ['from: rolewatch@', 'limits: { connectSeconds: 1, greetingSeconds: 1 }, from: rolewatch@'],
    );
    const { status, said } = await within('the end of the run', site.rolewatch('run'), 30);
    expect(status).toBe(0);
    expect(said).toMatch(/the mail server did not accept the connection in time/);
    deaf.hear();
    expect(await soonAfterwards(site)).toEqual(SOUND);
  },
);

it('a hook: the attempt fails and says so, and a later one arrives', async () => {
  const server = await listening();
  deaf = await DeafPort.start({ port: (server.address() as AddressInfo).port });
  const hook = new HookClient({
    config: {
      ...{ name: 'siem', url: `http://127.0.0.1:${deaf.port}/in`, secret: { env: 'X' }, caFile: null },
      ...{ allowPrivate: true, timeoutSeconds: 1 },
    },
    secrets: () => Promise.resolve({ secret: new Secret('s3cret'), caPem: undefined }),
    now: () => 0,
  });
  const message = {
    ...({ source: 'hq', messageId: '<1@example.com>', recipient: 'siem', severity: 'high' } as const),
    subject: 'one',
    ...{ content: { body: '{}' }, createdAt: new Date(0) },
  };
  const attempt = () => within('the end of an attempt', hook.send(message, new AbortController().signal), 8);
  expect(await attempt()).toMatchObject({ outcome: 'failed', said: 'no answer within 1 s (timeoutSeconds)' });
  deaf.hear();
  // whoever could not connect is let in first: on a busy machine that may take as long as an attempt
  let last = await attempt();
  for (let tries = 1; last.outcome !== 'sent' && tries < 10; tries++) last = await attempt();
  expect(last).toMatchObject({ outcome: 'sent' });
  server.close();
});

inLongTier('PostgreSQL: whatever is started ends in words, and is right once it answers', async () => {
  deaf = await DeafPort.start({ port: Number(new URL(database.ownerUrl).port) });
  const through = (url: string): string => Object.assign(new URL(url), { port: deaf.port }).href;
  const addresses: Addresses = { ownerUrl: through(database.ownerUrl), appUrl: through(database.appUrl) };
  site = await Site.open(addresses, database);
  const serving = site.spawn(['serve']).ended;
  const others = ['status', 'run', 'fsck', 'coverage'].map((command) => site!.rolewatch(command));
  const ended = await within('the end of all of them', Promise.all([serving, ...others]));
  const words = /PostgreSQL at 127\.0\.0\.1:\d+\/\w+ cannot be used: it did not answer within 10 s/;
  for (const one of ended)
    expect(one).toMatchObject({ status: 1, said: expect.stringMatching(words) as string });
  deaf.hear();
  expect(await soonAfterwards(site)).toEqual(SOUND);
});

async function listening(): Promise<Server> {
  const server = createServer((_request, response) => void response.end('thanks'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
