import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface KeyAndCertificate {
  readonly key: Buffer;
  readonly cert: Buffer;
}

/** A certificate authority of a test's own, made by openssl. */
export class Authority {
  private readonly folder = mkdtempSync(join(tmpdir(), 'authority-'));
  private made = 0;

  constructor(name: string) {
    this.openssl([
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      ...this.out('ca'),
    ]);
    writeFileSync(join(this.folder, 'index'), '');
  }

  get file(): string {
    return join(this.folder, 'ca.pem');
  }

  get pem(): string {
    return readFileSync(this.file, 'utf8');
  }

  /** For loopback, now, unless said otherwise. */
  certificate({ subject = 'IP:127.0.0.1', expired = false } = {}): KeyAndCertificate {
    const name = `server${++this.made}`;
    const at = (file: string): string => join(this.folder, file);
    this.openssl([
      'req',
      '-new',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/CN=server',
      '-keyout',
      at(`${name}.key`),
      '-out',
      at(`${name}.csr`),
    ]);
    writeFileSync(at('ca.cnf'), configuration(this.folder, subject));
    const times = expired ? ['-startdate', '20200101000000Z', '-enddate', '20200102000000Z'] : ['-days', '2'];
    this.openssl([
      'ca',
      '-batch',
      '-notext',
      '-config',
      at('ca.cnf'),
      '-in',
      at(`${name}.csr`),
      '-out',
      at(`${name}.pem`),
      ...times,
    ]);
    return this.read(name);
  }

  /** Its own certificate, shown by a server. */
  itself(): KeyAndCertificate {
    return this.read('ca');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  private read(name: string): KeyAndCertificate {
    return {
      key: readFileSync(join(this.folder, `${name}.key`)),
      cert: readFileSync(join(this.folder, `${name}.pem`)),
    };
  }

  private out(name: string): string[] {
    return ['-keyout', join(this.folder, `${name}.key`), '-out', join(this.folder, `${name}.pem`)];
  }

  private openssl(args: readonly string[]): void {
    execFileSync('openssl', args, { stdio: 'pipe' });
  }
}

const configuration = (folder: string, subject: string): string => `[ca]
default_ca = own
[own]
database = ${folder}/index
new_certs_dir = ${folder}
certificate = ${folder}/ca.pem
private_key = ${folder}/ca.key
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = ${subject}
`;
