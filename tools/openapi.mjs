// Writes docs/openapi.json from the routes themselves; with --check, says whether it is still what they say.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import 'reflect-metadata';
import * as prettier from 'prettier';

const FILE = fileURLToPath(new URL('../docs/openapi.json', import.meta.url));

const { apiDocument } = await import('../dist/src/api.js');
const options = { ...(await prettier.resolveConfig(FILE)), filepath: FILE };
const text = await prettier.format(JSON.stringify(apiDocument(), null, 2), options);

if (process.argv.includes('--check')) {
  const known = await readFile(FILE, 'utf8').catch(() => '');
  if (known !== text) {
    console.error('docs/openapi.json is not what the routes say: npm run build && npm run openapi');
    process.exitCode = 1;
  }
} else {
  await writeFile(FILE, text);
}
