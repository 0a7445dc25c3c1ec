import { readFileSync } from 'node:fs';
import { projectFile } from '../project-files.js';

/** The version of this program. */
export function programVersion(): string {
  const manifest = JSON.parse(readFileSync(projectFile('package.json'), 'utf8')) as { version: string };
  return manifest.version;
}
