import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseSettings } from './database-settings.js';

const APP = 'postgresql://app:a@db/rolewatch';
const OWNER = 'postgres://owner:o@db/rolewatch';

describe('databaseSettings', () => {
  it('without an address means the embedded server', () => {
    expect(databaseSettings({})).toEqual({ server: undefined, key: undefined });
    expect(databaseSettings({ DATABASE_URL: '', DATABASE_URL_FILE: ' ' }).server).toBeUndefined();
  });

  it('with one address has one user for both, with two the application its own', () => {
    expect(databaseSettings({ DATABASE_URL: OWNER }).server).toEqual({ ownerUrl: OWNER });
    expect(databaseSettings({ DATABASE_URL: APP, MIGRATE_DATABASE_URL: OWNER }).server).toEqual({
      ownerUrl: OWNER,
      appUrl: APP,
    });
  });

  it('reads secrets from files, without the line end', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rolewatch-settings-'));
    writeFileSync(join(folder, 'url'), `${APP}\n`);
    expect(databaseSettings({ DATABASE_URL_FILE: join(folder, 'url') }).server).toEqual({ ownerUrl: APP });
    rmSync(folder, { recursive: true });
  });

  it.each([
    [{ MIGRATE_DATABASE_URL: OWNER }, /not DATABASE_URL/],
    [{ DATABASE_URL: APP, DATABASE_URL_FILE: '/run/secrets/url' }, /both set/],
    [{ DATABASE_URL_FILE: '/nowhere/url' }, /DATABASE_URL_FILE cannot be read: ENOENT/],
    [{ DATABASE_URL: 'mysql://app:canary@db/rolewatch' }, /^(?!.*canary).*must look like postgresql:/],
    [{ DATABASE_URL: 'postgresql://app:canary@:bad' }, /^(?!.*canary).*must look like postgresql:/],
  ])('refuses %p', (env: NodeJS.ProcessEnv, message) => {
    expect(() => databaseSettings(env)).toThrow(
      expect.objectContaining({ code: 'config-invalid', message: expect.stringMatching(message) }),
    );
  });
});
