import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetClient } from './get.client.js';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) process.stderr.write('openssl is not installed: the tests of TLS are skipped\n');

(hasOpenssl ? describe : describe.skip)('TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  const closers: (() => Promise<unknown>)[] = [];
  let seen = 0;

  beforeAll(() => {
    certificate('trusted', 'IP:127.0.0.1');
    certificate('other', 'IP:127.0.0.1');
    certificate('elsewhere', 'DNS:elsewhere.example');
    expiredCertificate('expired', 'IP:127.0.0.1');
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(() => (seen = 0));
  afterEach(async () => {
    while (closers.length > 0) await closers.pop()?.();
  });

  /** A self-signed certificate: it is its own authority. */
  function certificate(name: string, subject: string): void {
    const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)];
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=test'];
    execFileSync('openssl', [...request, '-addext', `subjectAltName=${subject}`, ...files], {
      stdio: 'pipe',
    });
  }

  /** `openssl req` of most versions cannot make a certificate of the past; `openssl ca` can. */
  function expiredCertificate(name: string, subject: string): void {
    const env = { ...process.env, DIR: folder, NAME: name, SUBJECT: subject };
    execFileSync('sh', ['-c', EXPIRED], { env, stdio: 'pipe' });
  }

  const pem = (name: string): string => readFileSync(join(folder, `${name}.pem`), 'utf8');

  async function ask(
    name: string,
    caPem: string | undefined,
    options: https.ServerOptions = {},
  ): Promise<unknown> {
    const credentials = { key: readFileSync(join(folder, `${name}.key`)), cert: pem(name) };
    const server = https.createServer({ ...credentials, ...options }, (_, res) => {
      seen++;
      res.writeHead(200, { 'content-type': 'application/json' }).end('[]');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    closers.push(() => new Promise((done) => server.close(done).closeAllConnections()));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = new GetClient(
      { url, username: 'a', password: () => 'b', caPem },
      { sleep: () => Promise.resolve() },
    );
    closers.push(() => client.close());
    const request = { path: '/', where: 'ping', signal: new AbortController().signal };
    return client.get(request).then(
      ({ bytes }) => bytes.toString(),
      (error: unknown) => error,
    );
  }

  it('is trusted by the CA file of the source', async () => {
    expect(await ask('trusted', pem('trusted'))).toBe('[]');
  });

  it.each([
    ['an unknown CA', 'trusted', undefined, 'set caFile'],
    ['another CA', 'other', 'trusted', 'set caFile'],
    ['another host', 'elsewhere', 'elsewhere', 'is for another host'],
    ['an expired certificate', 'expired', 'expired', 'has expired'],
  ])('with %s sends nothing, and says what to do', async (_, name, ca, words) => {
    const error = await ask(name, ca === undefined ? undefined : pem(ca));
    expect(error).toMatchObject({ code: 'unreachable', message: expect.stringContaining(words) as string });
    expect(String(error)).not.toContain('tried');
    expect(seen).toBe(0);
  });

  it('older than 1.2 is not spoken', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const error = await ask('trusted', pem('trusted'), old);
    expect(error).toMatchObject({ code: 'unreachable', message: expect.stringMatching(/TLS/) as string });
    expect(seen).toBe(0);
  });
});

const EXPIRED = `
set -e
cd "$DIR"
openssl req -new -newkey rsa:2048 -nodes -subj /CN=test -keyout "$NAME.key" -out "$NAME.csr"
: > "$NAME.db"
cat > "$NAME.cnf" <<END
[ca]
default_ca = own
[own]
database = $DIR/$NAME.db
new_certs_dir = $DIR
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = $SUBJECT
END
openssl ca -batch -selfsign -config "$NAME.cnf" -keyfile "$NAME.key" -in "$NAME.csr" -out "$NAME.pem" \\
  -notext -startdate 20200101000000Z -enddate 20200102000000Z
`;
