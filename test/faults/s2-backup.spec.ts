import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outgoing } from '../../src/alerts/delivery/channel.js';
import { DeliverJob } from '../../src/alerts/delivery/deliver.job.js';
import { DeliveryStore } from '../../src/alerts/delivery/delivery.store.js';
import { createBundle } from '../../src/evidence/create-bundle.job.js';
import { periodOf } from '../../src/evidence/period.view.js';
import { signingKeyFrom } from '../../src/evidence/signing.js';
import type { Database } from '../../src/platform/database.js';
import { riskTiersOf } from '../../src/rules/risk-tiers.view.js';
import { fsck } from '../../src/runs/fsck/fsck.job.js';
import { readAnchor } from '../../src/runs/fsck/read-anchor.job.js';
import type { FsckReport } from '../../src/runs/fsck/report.js';
import { addAdmin, GLOBAL, village } from '../medium/pipeline/village.js';
import { coldCopyOf, freshDatabase, type TestDatabase } from '../support/database.js';
import { NO_RULES } from '../support/no-rules.js';
import { Pipeline, SOURCE } from '../support/pipeline.js';
import { ROUTING } from './support/rich-history.js';

const RECIPIENTS = 2;

describe("yesterday's backup, restored", () => {
  const folder = mkdtempSync(join(tmpdir(), 'rolewatch-backup-'));
  const [bundle, report] = [join(folder, 'hq.zip'), join(folder, 'fsck.json')];
  const estate = village();
  let today: TestDatabase;
  let restored: TestDatabase;
  let pipeline: Pipeline;
  let sentSince: string[];

  beforeAll(async () => {
    today = await freshDatabase();
    const before = await Pipeline.start({ estate, routing: ROUTING, database: today });
    await before.publish();
    addAdmin(estate, 'eve', [GLOBAL, 7]);
    await before.publish();
    await deliver(today.db);
    addAdmin(estate, 'kim', [GLOBAL, 7]);
    await before.publish(); // its messages are pending when the backup is made
    restored = await coldCopyOf(today);
    sentSince = await deliver(today.db);
    addAdmin(estate, 'zoe', [GLOBAL, 7]);
    await before.publish();
    sentSince.push(...(await deliver(today.db)));
    await createBundle(today.db, {
      period: {
        ...(await periodOf(today.db, SOURCE, {})),
        tiers: await riskTiersOf('ivanti-epmm'),
        ownAccount: 'auditor',
      },
      ...{ place: bundle, key: signingKeyFrom(Buffer.alloc(32, 3)), version: '0', actor: 'a tester' },
      progress: () => undefined,
    });
    writeFileSync(report, JSON.stringify(await checked(today.db)));
    await before.stop();
    pipeline = await Pipeline.start({ estate, routing: ROUTING, database: restored });
  });
  afterAll(async () => {
    await pipeline.stop();
    await restored.drop();
    await today.drop();
    rmSync(folder, { recursive: true });
  });

  const against = async (file: string, db: Database) => {
    const { checks } = await checked(db, file);
    return checks.flatMap(({ check, bad, first }) => (first ? [{ check, bad, ...first }] : []));
  };

  it('is what it was, and an anchor from before it was made holds for both', async () => {
    expect((await checked(today.db, bundle)).sound).toBe(true);
    expect((await checked(today.db, report)).sound).toBe(true);
    expect((await checked(restored.db)).sound).toBe(true);
  });

  it('is named as missing what came after it', async () => {
    const missing = { table: 'snapshot', key: { source: SOURCE, seq: 4 } };
    for (const file of [bundle, report])
      expect(await against(file, restored.db)).toEqual([
        {
          ...missing,
          check: 'against',
          bad: 2, // and the journal ends too early
          says: expect.stringMatching(/it is missing, .*: an older backup was restored/),
        },
      ]);
  });

  it('goes on, tells nothing more than once again, and is still known as another history', async () => {
    expect(await pipeline.publish()).toBe(4);
    expect(await pipeline.changes(4)).toMatchObject([
      { what: 'principal-appeared', subject: { key: 'zoe' } },
      { what: 'role-granted', subject: { key: 'zoe' } },
    ]);
    const sentAgain = await deliver(restored.db);
    expect(new Set(sentAgain).size).toBe(sentAgain.length);
    // of kim: the same message, which a mailbox knows again; of zoe: a new one, to each recipient
    expect(sentAgain.filter((id) => sentSince.includes(id))).toHaveLength(RECIPIENTS);
    expect(sentAgain).toHaveLength(2 * RECIPIENTS);
    expect(await deliver(restored.db)).toEqual([]);

    expect((await checked(restored.db)).sound).toBe(true);
    const [found, ...others] = await against(bundle, restored.db);
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      ...{ check: 'against', table: 'snapshot', key: { source: SOURCE, seq: 4 } },
      says: expect.stringMatching(/it is another one, .*: an older backup was restored, and reading went on/),
    });
  });
});

async function checked(db: Database, file?: string): Promise<FsckReport> {
  return fsck(db, {
    rulebook: NO_RULES,
    ...(file !== undefined && { anchor: await readAnchor(file) }),
    signal: new AbortController().signal,
    progress: () => undefined,
  });
}

/** Everything that is due arrives. @returns the ids of what was sent */
async function deliver(db: Database): Promise<string[]> {
  const sent: string[] = [];
  const channel = {
    kind: 'mail' as const,
    recipient: null,
    send: async ({ messageId }: Outgoing) => {
      sent.push(messageId);
      return { outcome: 'sent' as const, said: '250 ok' };
    },
  };
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const job = new DeliverJob(new DeliveryStore(db), [channel], quiet);
  await job.deliver({ aheadMs: 60_000, signal: new AbortController().signal });
  return sent;
}
