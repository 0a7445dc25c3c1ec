// One throw-away server for the whole run, with one migrated database to clone. TEST_DATABASE_URL (a superuser's) puts both
// into a server of your own instead.
import { mkdtempSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

/** Bytes: many times what two tests at a time take. */
const ROOM = 4 * 1024 ** 3;

export default async function setUp() {
  // several projects of one run share the server
  if (globalThis.testServer) {
    globalThis.testServer.users += 1;
    return;
  }
  require('./typescript.cjs');
  const { openEmbedded } = require('../../src/platform/embedded-postgres/open-embedded.ts');
  const { makeTemplate } = require('./template.ts');
  const given = process.env.TEST_DATABASE_URL;
  const dataDir = given ? undefined : mkdtempSync(join(roomiest(), 'rolewatch-test-'));
  const server = dataDir ? await openEmbedded({ dataDir, durable: false }) : undefined;
  const template = await makeTemplate(given ?? server.adminUrl);
  Object.assign(process.env, template.env);
  globalThis.testServer = { users: 1, template, server, dataDir };
}

/** In memory, where there is room: each test copies a database of some hundred files, which takes a disk ten times as long. */
function roomiest() {
  const memory = '/dev/shm';
  try {
    const { bavail, bsize } = statfsSync(memory);
    if (bavail * bsize > ROOM) return memory;
  } catch {
    // there is no such thing here
  }
  return tmpdir();
}
