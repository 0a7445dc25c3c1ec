import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { databaseSettings } from '../../src/platform/database-settings.js';
import { PROJECT } from './fixture.js';

const read = (path: string): string => readFileSync(join(PROJECT, path), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true });

describe('docker-compose.yml', () => {
  it.each(['rolewatch', 'door', 'postgres'])('gives %s no more than it needs', (name) => {
    const service = compose.services[name];
    expect(service.read_only).toBe(true);
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.security_opt).toContain('no-new-privileges:true');
    expect(service.privileged).toBeUndefined();
    expect(service.healthcheck.test[0]).toBe('CMD');
  });

  it('publishes nothing but the loopback address of the host', () => {
    const published = Object.values<{ ports?: string[] }>(compose.services).flatMap(
      ({ ports }) => ports ?? [],
    );
    expect(published).toEqual(['127.0.0.1:8080:8081']);
    expect(compose.networks.database.internal).toBe(true);
  });

  it('starts the service when its database answers', () => {
    expect(compose.services.rolewatch.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
  });

  it('has no secret in it, only the names of files', () => {
    const { environment } = compose.services.rolewatch;
    expect(Object.keys(environment).every((name) => name.endsWith('_FILE'))).toBe(true);
    for (const service of Object.values<{ secrets?: string[] }>(compose.services)) {
      for (const secret of service.secrets ?? []) {
        expect(compose.secrets[secret]).toEqual({ file: `docker/secrets/${secret}` });
      }
    }
    expect(read('docker/secrets/.gitignore').split('\n')[0]).toBe('*');
  });

  it('mounts files that exist', () => {
    const mounted = Object.values<{ volumes?: string[] }>(compose.services)
      .flatMap(({ volumes }) => volumes ?? [])
      .map((volume) => volume.split(':')[0] ?? '')
      .filter((path) => path.startsWith('./') && path !== './rolewatch.yaml');
    expect(mounted).toEqual(['./docker/postgres/init.sh']);
    expect(mounted.every((path) => existsSync(join(PROJECT, path)))).toBe(true);
  });
});

describe('docker/make-secrets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'house-secrets-'));
  const make = (): number | null => spawnSync(join(folder, 'make-secrets'), { encoding: 'utf8' }).status;
  const secret = (name: string): string => readFileSync(join(folder, 'secrets', name), 'utf8');

  beforeAll(() => {
    cpSync(join(PROJECT, 'docker/make-secrets'), join(folder, 'make-secrets'));
    expect(make()).toBe(0);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('makes every secret but the password of a source', () => {
    const wanted = Object.keys(compose.secrets).filter((name) => name !== 'hq_password');
    expect(readdirSync(join(folder, 'secrets')).sort()).toEqual(wanted.sort());
    expect(statSync(join(folder, 'secrets')).mode & 0o777).toBe(0o700);
  });

  it('makes what the service understands: two roles, one key', () => {
    const settings = databaseSettings({
      DATABASE_URL: secret('database_url'),
      MIGRATE_DATABASE_URL: secret('migrate_database_url'),
      ROLEWATCH_KEY: secret('rolewatch_key'),
    });
    expect(new URL(settings.server?.appUrl ?? '').username).toBe('rolewatch_app');
    expect(new URL(settings.server?.ownerUrl ?? '').username).toBe('rolewatch_owner');
    expect(new URL(settings.server?.appUrl ?? '').password).toBe(secret('app_password'));
    expect(Buffer.from(settings.key ?? '', 'base64')).toHaveLength(32);
  });

  it('keeps what is there', () => {
    const key = secret('rolewatch_key');
    expect(make()).toBe(0);
    expect(secret('rolewatch_key')).toBe(key);
  });
});

describe('Dockerfile', () => {
  const dockerfile = read('Dockerfile');

  it('runs as an ordinary user', () => {
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile.indexOf('USER node')).toBeGreaterThan(dockerfile.lastIndexOf('COPY'));
  });

  it('copies what exists, past .dockerignore', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)]
      .flatMap(([, sources]) => (sources ?? '').split(' '))
      .filter((source) => source !== '.');
    expect(copied.length).toBeGreaterThan(5);
    for (const source of copied) {
      expect(existsSync(join(PROJECT, source))).toBe(true);
      expect(allowed.some((path) => source === path || source.startsWith(`${path}/`))).toBe(true);
    }
  });
});
