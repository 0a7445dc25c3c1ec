import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bucketHash, bucketOf, emptyBucketHash, rootOf } from '../../../src/snapshots/merkle.js';
import { commitmentOf, leafOf } from '../../../src/snapshots/record-form.js';
import type { JsonObject } from '../../../src/sources/source.js';
import { journalHead } from '../../../src/snapshots/journal-head.view.js';
import { freshDatabase } from '../../support/database.js';
import { admin, catalogue, entry } from '../fsck/company.js';
import { plant } from '../fsck/planted-store.js';

const page = readFileSync('docs/digests.md', 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map((match) => match[1] ?? '');
const row = (name: string): string => new RegExp(`\\| ${name} \\| \`?([0-9a-f]+)`).exec(page)?.[1] ?? '';

describe('docs/digests.md', () => {
  it('works its example as the code does', () => {
    const [personal, , leafData] = blocks('json').map((text) => JSON.parse(text) as JsonObject);
    const salt = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
    const commit = commitmentOf({ firstKey: 'jdoe', salt }, personal!);
    expect(commit.toString('hex')).toBe(row('commit'));
    const step = { stream: leafData?.['stream'] as string, scope: leafData?.['scope'] as string };
    const leaf = leafOf(step, 1, leafData?.['body'] as JsonObject, commit);
    expect(leaf.toString('hex')).toBe(row('leaf'));
    expect(String(bucketOf(leaf))).toBe(row('its bucket'));
    expect(bucketHash([leaf]).toString('hex')).toBe(row('hash of that bucket, the leaf alone in it'));
    expect(emptyBucketHash.toString('hex')).toBe(row('hash of every other bucket'));
    expect(rootOf(new Map([[bucketOf(leaf), bucketHash([leaf])]])).toString('hex')).toBe(row('root'));
    expect(rootOf(new Map()).toString('hex')).toBe(row('root of a state without any record'));
  });

  const python = spawnSync('python3', ['--version']).status === 0;
  (python ? it : it.skip)(
    'gives, in another language, the root of every snapshot and the head of the journal from its SQL and its scripts',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'rolewatch-digests-'));
      const database = await freshDatabase();
      try {
        writeFileSync(join(folder, 'root.py'), blocks('python')[0] ?? '');
        const first = [
          ...catalogue(),
          admin('jörg', { 1: [1] }, { name: 'Jörg 😀 "quoted"' }),
          admin('bob', { 1: [7] }),
        ];
        await plant(database, 'hq', [
          { records: first },
          { records: [...first.slice(0, -1), entry('USER', 'cn=a,dc=b')] },
        ]);
        await database.db.query(
          `select erase_identity('hq', identity_id) from identity where match_key = 'bob'`,
        );
        const snapshots = await database.db.query<{ seq: number; root: string }>(
          `select seq, encode(root, 'hex') as root from snapshot order by seq`,
        );
        expect(snapshots).toHaveLength(2);
        for (const { seq, root } of snapshots) {
          const sql = blocks('sql')[0]?.replaceAll('7', String(seq)) ?? '';
          const lines = await database.db.query<{ text: string }>(`select x.text from (${sql}) as x (text)`);
          const input = lines.map(({ text }) => text).join('\n');
          const said = spawnSync('python3', [join(folder, 'root.py')], {
            input,
            encoding: 'utf8',
            env: { ...process.env, PYTHONUTF8: '1' },
          });
          expect(said.stderr).toBe('');
          expect(said.stdout).toContain(root);
        }
        writeFileSync(join(folder, 'journal.py'), blocks('python')[1] ?? '');
        const entries = await database.db.query<{ text: string }>(
          `select x.text from (${blocks('sql')[2] ?? ''}) as x (text)`,
        );
        const input = entries.map(({ text }) => text).join('\n');
        const said = spawnSync('python3', [join(folder, 'journal.py')], { input, encoding: 'utf8' });
        expect(said.stderr).toBe('');
        const head = await journalHead(database.db);
        expect(said.stdout).toContain(`entry ${String(head?.no)} ${String(head?.hash)}`);
      } finally {
        await database.drop();
        rmSync(folder, { recursive: true });
      }
    },
  );
});
