/** Does what the service does at night, in batches of three, as a process of its own. Its one word is a database. */
import { Database } from '../../../src/platform/database.js';
import { Retain } from '../../../src/runs/retention/retain.job.js';
import { ALL, nothing } from './ageing.js';

async function night(url: string): Promise<void> {
  const db = new Database({ url });
  await new Retain({ db, config: ALL, actor: 'night', batch: 3, graceMs: 0 }).tonight(nothing);
  await db.close();
}

void night(process.argv[2] ?? '');
