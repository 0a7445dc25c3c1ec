/** U9: what the configuration only names is exchanged on disk while the service runs: certificates and a password. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import tls, { type Server } from 'node:tls';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import { SOUND, soonAfterwards } from './support/afterwards-database.js';
import { Authority } from './support/certificates.js';
import { describeWith } from './support/needs.js';
import { Replicas } from './support/replicas.js';
import { Site } from './support/site.js';
import { inLongTier } from './support/tier.js';

const EVERY_SECONDS = 2;

describeWith(['openssl'])('a service that goes on', () => {
  const [ours, theirs] = [new Authority('ours'), new Authority('theirs')];
  let database: TestDatabase;
  let site: Site;
  let replicas: Replicas;
  let front: Server;

  beforeEach(async () => {
    database = await freshDatabase();
    site = await Site.open(database);
    replicas = new Replicas(site);
    front = await behindTls(Number(new URL(site.server.url).port));
    writeFileSync(file('password'), site.server.password);
    writeFileSync(file('ca.pem'), ours.pem);
    const yaml = readFileSync(site.configFile, 'utf8')
      .replace(site.server.url, `https://127.0.0.1:${(front.address() as AddressInfo).port}`)
      .replace('{ env: HQ_PASSWORD }', '{ file: ./password }\n    caFile: ./ca.pem');
    writeFileSync(site.configFile, yaml);
  });
  afterEach(async () => {
    await replicas.killAll();
    front.close();
    await site.close();
    await database.drop();
  });
  afterAll(() => [ours, theirs].forEach((authority) => authority.remove()));

  const file = (name: string): string => join(site.folder, name);

  async function behindTls(port: number): Promise<Server> {
    const server = tls.createServer(ours.certificate(), (client) => {
      const inner = connect(port, '127.0.0.1');
      client.on('error', () => inner.destroy()).pipe(inner);
      inner.on('error', () => client.destroy()).pipe(client);
    });
    server.on('tlsClientError', () => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }

  async function published(): Promise<number> {
    return (await site.query<{ seq: number }>('SELECT last_seq AS seq FROM source'))[0]?.seq ?? 0;
  }

  async function untilPublished(): Promise<void> {
    const before = await published();
    site.nextDay();
    await replicas.until('the next snapshot', async () => (await published()) > before);
  }

  /** @param by the slots that have failed with these words, since the last time */
  const untilFailed = (words: string): Promise<void> =>
    replicas.until(`a run that fails with "${words}"`, async () => {
      const failed = await site.query(`SELECT FROM slot WHERE state = 'failed' AND why LIKE $1`, [
        `%${words}%`,
      ]);
      return failed.length > 0;
    });

  inLongTier(
    'takes new authorities from the next run on, and a new password once it may ask again',
    async () => {
      const replica = await replicas.start({ everySeconds: EVERY_SECONDS });
      await untilPublished();

      front.setSecureContext(theirs.certificate());
      await untilFailed('set caFile to the PEM file');
      // somebody is still copying it
      writeFileSync(file('ca.pem'), theirs.pem.slice(0, 300));
      await untilFailed('holds no certificate');
      writeFileSync(file('ca.pem'), theirs.pem);
      await untilPublished();

      site.server.password = `${site.server.password} rotated`;
      await replicas.until('a pause', async () => (await site.query('SELECT FROM source WHERE paused_at IS NOT NULL')).length > 0); // prettier-ignore
      writeFileSync(file('password'), `${site.server.password}\n`);
      expect(await site.rolewatch('resume', 'hq')).toMatchObject({ status: 0 });
      await untilPublished();

      expect([...replicas.running]).toEqual([replica]);
      await replicas.stop();
      await site.query(
        `UPDATE slot SET state = 'missed', why = 'the test is over', ended_at = now() WHERE state = 'due'`,
      );
      expect(await soonAfterwards(site)).toEqual(SOUND);
    },
  );
});
