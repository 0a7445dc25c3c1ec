/** U9: servers that cannot show who they are get nothing, and the reason says what to do. */
import { once } from 'node:events';
import { type AddressInfo, createServer, connect } from 'node:net';
import tls, { type TlsOptions } from 'node:tls';
import { afterwards } from './support/afterwards.js';
import { Authority } from './support/certificates.js';
import { describeWith } from './support/needs.js';
import { GROUNDS, Trial } from './support/trial.js';

describeWith(['openssl'])('TLS', () =>
  describe.each(GROUNDS)('$name', (ground) => {
    const [ours, theirs] = [new Authority('ours'), new Authority('theirs')];
    let trial: Trial;
    let closing: (() => Promise<unknown>)[] = [];
    beforeAll(async () => {
      trial = await Trial.start(ground);
    });
    afterEach(async () => {
      for (const close of closing) await close();
      closing = [];
    });
    afterAll(async () => {
      await trial.stop();
      ours.remove();
      theirs.remove();
    });

    /** The village behind TLS. @returns its address, and how many bytes it was told after the handshake */
    async function behind(options: TlsOptions): Promise<{ url: string; told: () => number }> {
      let told = 0;
      const server = tls.createServer(options, (client) => {
        const inner = connect(Number(new URL(trial.server.url).port), '127.0.0.1');
        client.on('data', (bytes: Buffer) => (told += bytes.length));
        client.on('error', () => inner.destroy()).on('close', () => inner.destroy());
        inner.on('error', () => client.destroy());
        client.pipe(inner).pipe(client);
      });
      server.on('tlsClientError', () => undefined).listen(0, '127.0.0.1');
      await once(server, 'listening');
      closing.push(async () => {
        const closed = once(server, 'close');
        server.close();
        await closed;
      });
      return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, told: () => told };
    }

    const old: TlsOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    it.each<[string, () => TlsOptions, RegExp]>([
      ['expired', () => ours.certificate({ expired: true }), /expired.*renewed/],
      [
        'of another host',
        () => ours.certificate({ subject: 'DNS:elsewhere.example' }),
        /for another host.*in url/,
      ],
      ['of an unknown authority', () => theirs.certificate(), /not known here.*caFile/],
      ['self-signed', () => theirs.itself(), /not known here.*caFile/],
      ['TLS 1.1', () => ({ ...ours.certificate(), ...old }), /TLS 1\.2|TLS connection/],
    ])('%s: nothing is sent', async (_, options, words) => {
      const { url, told } = await behind(options());
      trial.pipeline.connection = { url, caPem: ours.pem };
      const outcome = await trial.during(() => undefined);
      expect([outcome.outcome, outcome.why]).toEqual(['failed', expect.stringMatching(words)]);
      expect(told()).toBe(0);
      const good = await behind(ours.certificate());
      trial.pipeline.connection = { url: good.url, caPem: ours.pem };
      await afterwards(trial.watched);
    });

    it('with a new authority: not before it is named, and from then on', async () => {
      const { url } = await behind(theirs.certificate());
      trial.pipeline.connection = { url, caPem: ours.pem };
      expect((await trial.during(() => undefined)).why).toMatch(/caFile/);
      trial.pipeline.connection = { url, caPem: `${ours.pem}${theirs.pem}` };
      await afterwards(trial.watched);
    });

    it('without TLS on its port: said', async () => {
      const plain = createServer((socket) =>
        socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      );
      plain.listen(0, '127.0.0.1');
      await once(plain, 'listening');
      trial.pipeline.connection = {
        url: `https://127.0.0.1:${(plain.address() as AddressInfo).port}`,
        caPem: ours.pem,
      };
      expect((await trial.during(() => undefined)).why).toMatch(/does not speak TLS on this port/);
      plain.close();
    });
  }),
);
