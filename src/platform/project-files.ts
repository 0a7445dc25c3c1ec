import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json: the same from `src` (tests) and from `dist/src` (production). */
function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    if (dirname(folder) === folder)
      throw new Error('package.json of rolewatch is missing: the installation is incomplete');
    folder = dirname(folder);
  }
  return folder;
}

/** The path of a file that ships beside the program, for example `projectFile('prisma', 'grants.sql')`. */
export function projectFile(...path: readonly string[]): string {
  return join(projectRoot(), ...path);
}
