/**
 * Prisma's own schema engine in its WebAssembly build, and what it needs to come up.
 * The build must be of the same commit as the CLI that talks to it: see assertSameCommit().
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';
import { adapterFactory } from './adapter.mjs';

let started = false;

function engineModule() {
  if (started) return glue;
  const file = new URL('./schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm'));
  globalThis.PRISMA_WASM_PANIC_REGISTRY ??= {
    message: '',
    set_message(text) {
      this.message = `RuntimeError: ${text}`;
    },
  };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(fileURLToPath(file))), {
    './schema_engine_bg.js': { ...glue, ...lettingTheProcessEnd() },
  });
  glue.__wbg_set_wasm(exports);
  exports.__wbindgen_start();
  started = true;
  return glue;
}

/** The engine never clears the 10 s timers of its lock; left alone they would keep the process alive. */
function lettingTheProcessEnd() {
  const timers = Object.keys(glue).filter((name) => name.startsWith('__wbg_setTimeout_'));
  return Object.fromEntries(timers.map((name) => [name, (call, ms) => setTimeout(call, ms >>> 0).unref()]));
}

/** The commit of this engine. */
export const engineVersion = () => engineModule().version();

/** @throws Error if the CLI was built from another commit: their protocol is nobody's public interface */
export function assertSameCommit() {
  const prisma = createRequire(import.meta.url).resolve('prisma/package.json');
  const engines = createRequire(prisma).resolve('@prisma/engines/package.json');
  const { enginesVersion } = createRequire(engines)('@prisma/engines-version');
  if (engineVersion() === enginesVersion) return;
  throw new Error(
    `@prisma/schema-engine-wasm ${engineVersion()} does not match the Prisma CLI (${enginesVersion})`,
  );
}

/**
 * @param {{ url: string, datamodels?: [path: string, text: string][], log: (line: unknown) => void }} options
 */
export async function createEngine({ url, datamodels, log }) {
  const { SchemaEngine } = engineModule();
  const factory = adapterFactory(url);
  const engine = await SchemaEngine.new({ datamodels }, log, bindMigrationAwareSqlAdapterFactory(factory));
  return { engine, close: () => factory.closeAll() };
}
