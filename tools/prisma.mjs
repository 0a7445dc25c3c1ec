#!/usr/bin/env node
/**
 * `npm run prisma -- <arguments>`: the official Prisma CLI. Its schema engine comes from npm, as WebAssembly, instead
 * of a download at install time, so that a clean checkout needs nothing but the registry. PRISMA_NATIVE_ENGINE=1
 * (or a PRISMA_SCHEMA_ENGINE_BINARY of your own) uses the native engine.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const env = { PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1', ...process.env };
if (!env.PRISMA_NATIVE_ENGINE) {
  env.PRISMA_SCHEMA_ENGINE_BINARY ??= fileURLToPath(new URL('./prisma/schema-engine.mjs', import.meta.url));
}
const cli = join(dirname(createRequire(import.meta.url).resolve('prisma/package.json')), 'build/index.js');
const { status } = spawnSync(process.execPath, [cli, ...process.argv.slice(2)], { stdio: 'inherit', env });
process.exit(status ?? 1);
