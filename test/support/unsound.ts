import type { Database } from '../../src/platform/database.js';
import { fsck } from '../../src/runs/fsck/fsck.job.js';
import { NO_RULES } from './no-rules.js';

/** What `fsck` has to say against a store, in words; nothing of a sound one. */
export async function unsound(db: Database, rulebook = NO_RULES): Promise<string[]> {
  const { checks } = await fsck(db, {
    rulebook,
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  return checks
    .filter(({ bad }) => bad > 0)
    .map(({ check, bad, first }) => `${check}: ${bad}, first ${JSON.stringify(first)}`);
}
