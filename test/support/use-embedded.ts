/**
 * One user of an embedded server, for tests that need several processes: `use-embedded.ts DATA_DIR`.
 * Says `open PID` when the server answers, leaves when its standard input ends, and says `left`.
 */
import { once } from 'node:events';
import pg from 'pg';
import { openEmbedded } from '../../src/platform/embedded-postgres/open-embedded.js';

async function main(dataDir: string): Promise<void> {
  const server = await openEmbedded({ dataDir, durable: false });
  const client = new pg.Client(server.appUrl);
  await client.connect();
  await client.query('SELECT 1');
  await client.end();
  process.stdout.write('open\n');
  await once(process.stdin.resume(), 'end');
  await server.close();
  process.stdout.write('left\n');
}

void main(process.argv[2] ?? '');
