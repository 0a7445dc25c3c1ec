#!/usr/bin/env node
/**
 * Stands in for Prisma's native `schema-engine` executable: the same arguments, the same JSON-RPC over standard input
 * and output, answered by the WebAssembly build of the same engine. The Prisma CLI starts it (see ../prisma.mjs).
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { onDatabase, runOnce, splitUrl } from './adapter.mjs';
import { assertSameCommit, createEngine, engineVersion } from './engine.mjs';

const METHOD_NOT_FOUND = -32601;
const ENGINE_ERROR = 4466;
const PANICKED = 101;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: {
    datamodels: { type: 'string', multiple: true },
    datasource: { type: 'string' },
    version: { type: 'boolean' },
    'enabled-preview-features': { type: 'string' },
    'extension-types': { type: 'string' },
  },
});
const url = values.datasource ? JSON.parse(values.datasource).url : undefined;

if (values.version) {
  console.log(`schema-engine-wasm ${engineVersion()}`);
} else {
  try {
    assertSameCommit();
  } catch (error) {
    logError({ message: error.message });
    process.exit(1);
  }
  // a panic of the engine surfaces here: the promise of the call never settles
  process.on('uncaughtException', (error) => {
    const message = globalThis.PRISMA_WASM_PANIC_REGISTRY?.message || error.message;
    logError({ message, backtrace: error.stack });
    process.exit(PANICKED);
  });
  if (positionals[0] === 'cli') process.exitCode = await administer(positionals[1]);
  else await serve();
}

function logError(fields) {
  process.stderr.write(`${JSON.stringify({ level: 'ERROR', target: 'schema_engine', fields })}\n`);
}

/** `schema-engine cli <command>`. @returns the exit status; what failed goes to standard error in Prisma's codes */
async function administer(command) {
  const { url: database, database: name } = splitUrl(url);
  const server = onDatabase(database, 'postgres');
  const commands = {
    'can-connect-to-database': () => runOnce(database, 'SELECT 1'),
    'create-database': () => runOnce(server, `CREATE DATABASE ${pg.escapeIdentifier(name)}`),
    'drop-database': () => runOnce(server, `DROP DATABASE ${pg.escapeIdentifier(name)} WITH (FORCE)`),
  };
  try {
    if (!Object.hasOwn(commands, command)) throw new Error(`unknown command ${command}`);
    await commands[command]();
    return 0;
  } catch (error) {
    const [error_code, message] = connectorError(error, database, name);
    // the CLI skips the first line of standard error and parses the rest
    process.stderr.write('\n');
    logError({ message, error_code, is_panic: false });
    return 1;
  }
}

/** SQLSTATE to Prisma's error code, and its words. */
function connectorError(error, { hostname, port, username }, name) {
  const where = `${hostname}:${port || 5432}`;
  switch (error.code) {
    case '3D000':
      return ['P1003', `Database \`${name}\` does not exist on the database server at \`${where}\``];
    case '42P04':
      return ['P1009', `Database \`${name}\` already exists on the database server at \`${where}\``];
    case '28P01':
    case '28000':
      return [
        'P1000',
        `Authentication failed at \`${where}\`: the credentials for \`${username}\` are not valid.`,
      ];
    default:
      return ['P1001', `Can't reach database server at \`${where}\`: ${error.message}`];
  }
}

/** Answers JSON-RPC requests, one a line, until standard input ends. */
async function serve() {
  const write = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  let opened;
  const open = () => (opened ??= openEngine());
  let printed = 0;
  const print = (content) => write({ id: ++printed, method: 'print', params: { content } });

  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    const request = line.trim() ? JSON.parse(line) : {};
    // without a method it acknowledges one of our prints
    if (!request.method) continue;
    try {
      write({ id: request.id, result: await answer(request, open, print) });
    } catch (error) {
      write({ id: request.id, error: toRpcError(error) });
    }
  }
  const engine = await opened?.catch(() => undefined);
  await engine?.close();
}

function openEngine() {
  return createEngine({
    // commands that need no database are sent without one
    url: url ?? process.env.DATABASE_URL ?? 'postgresql://invalid.invalid/none',
    datamodels: values.datamodels?.map((path) => [path, readFileSync(path, 'utf8')]),
    log: (line) => process.stderr.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`),
  });
}

async function answer({ method, params }, open, print) {
  const { engine } = await open();
  switch (method) {
    case 'diff': {
      // the native engine prints while it works; this one hands the text back
      const { exitCode, stdout } = await engine.diff(params);
      if (typeof stdout === 'string') print(stdout);
      return { exitCode, stdout: null };
    }
    case 'getDatabaseVersion':
      return engine.version(params);
    case 'createDatabase':
      if ((await administer('create-database')) !== 0) throw new Error('the database could not be created');
      return { databaseName: splitUrl(url).database };
    default:
      if (typeof engine[method] !== 'function') {
        throw Object.assign(new Error(`${method} is not available in the WebAssembly engine`), {
          rpcCode: METHOD_NOT_FOUND,
        });
      }
      return (await engine[method](params)) ?? null;
  }
}

/** Errors meant for people arrive as JSON in the message. */
function toRpcError(error) {
  let data;
  try {
    data = JSON.parse(error.message);
  } catch {
    data = undefined;
  }
  if (data?.message === undefined) {
    const is_panic = error instanceof WebAssembly.RuntimeError;
    data = { is_panic, message: error.message, error_code: error.code, meta: {} };
  }
  return {
    code: error.rpcCode ?? ENGINE_ERROR,
    message: 'An error happened. Check the data field for details.',
    data,
  };
}
