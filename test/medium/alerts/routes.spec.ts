import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AlertRouting, NO_ROUTING } from '../../../src/alerts/alert-routing.js';
import { writeFindingAlerts } from '../../../src/alerts/alert.store.js';
import { messagesOf } from '../../../src/alerts/outbox.view.js';
import { loadConfig } from '../../../src/config.js';
import { Pipeline, SOURCE } from '../../support/pipeline.js';
import { GLOBAL, village } from '../pipeline/village.js';
import { route } from './telling.js';

const routing: AlertRouting = {
  ...NO_ROUTING,
  routes: [
    route({ to: ['wipers@x.example'], roles: ['Wipe device'] }),
    route({ to: ['seven@x.example'], roles: ['7'] }),
    route({ to: ['case@x.example'], roles: ['wipe device'] }),
    route({ to: ['five@x.example'], roles: ['5'] }),
    route({ to: ['rules@x.example'], rules: ['epmm-few-*'] }),
    route({ to: ['both@x.example'], rules: ['epmm-*'], roles: ['5'] }),
  ],
};
let pipeline: Pipeline;
beforeEach(async () => {
  pipeline = await Pipeline.start({ estate: village(), routing });
  await pipeline.publish();
  await pipeline.db.query(`UPDATE outbox SET state = 'dead', why = 'of the first read', ended_at = now()`);
});
afterEach(() => pipeline.stop());

const told = async () =>
  (await messagesOf(pipeline.db, { state: 'pending', limit: 50 })).messages
    .map(({ recipient, alerts }) => `${recipient.split('@')[0]} ${alerts.join(',')}`)
    .sort();

async function finding(rule: string, key: string): Promise<void> {
  const [subject] = await pipeline.db.query<{ id: string }>(
    `SELECT identity_id::text AS id FROM identity WHERE shown_key = $1`,
    [key],
  );
  const of = { kind: 'principal', id: subject?.id ?? '' } as const;
  const opened = {
    findingId: '1',
    rule,
    title: rule,
    severity: 'high',
    message: 'is so',
    because: [],
  } as const;
  await pipeline.db.transaction((tx) =>
    writeFindingAlerts(tx, { source: SOURCE, seq: 1, opened: [{ ...opened, subject: of }] }, routing),
  );
}

describe('a gain', () => {
  it('goes to those who asked for the role that was gained, by its exact name or id', async () => {
    pipeline.estate.grantRole('sue', GLOBAL, 7);
    await pipeline.publish();
    expect(await told()).toEqual(['seven 2.1', 'wipers 2.1']);
  });

  it('goes to those who asked for a role that its subject holds already, in whatever space', async () => {
    pipeline.estate.grantRole('bob', GLOBAL, 7);
    await pipeline.publish();
    expect(await told()).toEqual(['five 2.1', 'seven 2.1', 'wipers 2.1']);
  });
});

describe('a finding', () => {
  it('goes to those who asked for its rule, and of nobody else', async () => {
    await finding('epmm-few-can-wipe', 'auditor');
    expect(await told()).toEqual([expect.stringMatching(/^rules 1\.\d+$/)]);
  });

  it('goes to those who asked for a role that its subject holds, and for both', async () => {
    await finding('epmm-x', 'bob');
    expect((await told()).map((one) => one.split(' ')[0])).toEqual(['both', 'five']);
  });
});

describe('rules that routes name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'routes-'));
  const file = join(folder, 'rolewatch.yaml');
  afterAll(() => rmSync(folder, { recursive: true }));
  const load = (rules: string) => {
    writeFileSync(
      file,
      `sources: [{ name: hq, kind: ivanti-epmm-files, folder: . }]
alerts:
  smtp: { host: mail.example.com, from: a@example.com }
  routes: [{ to: [a@example.com], rules: ${rules} }]
`,
    );
    return loadConfig(file);
  };

  it('are there, by id or by a pattern of one at least', async () => {
    const { alerts } = await load('[mambo-*, epmm-few-can-wipe]');
    expect(alerts.routes[0]?.rules).toEqual(['mambo-*', 'epmm-few-can-wipe']);
  });

  it.each([
    [
      '[epmm-few-can-wype]',
      /:4:\d+ alerts\.routes\[0\]\.rules\[0\]: no rule has this name; did you mean "epmm-few-can-wipe"\?/,
    ],
    ['[mamba-*]', /rules\[0\]: no rule has this name; rolewatch rules lists them/],
    ['[]', /must be all, or a list of rules such as/],
  ])('%s is refused', async (rules, fault) => {
    await expect(load(rules)).rejects.toThrow(fault);
  });
});
