import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acknowledgeAlerts } from '../../../src/alerts/acknowledge-alert.job.js';
import { holdSource } from '../../../src/snapshots/legal-hold.job.js';
import { createBundle } from '../../../src/evidence/create-bundle.job.js';
import { periodOf } from '../../../src/evidence/period.view.js';
import { fingerprintOf, signingKeyFrom } from '../../../src/evidence/signing.js';
import { ArchiveReader } from '../../../src/evidence/read-archive.job.js';
import { verifyBundle } from '../../../src/evidence/verify-bundle.job.js';
import { riskTiersOf } from '../../../src/rules/risk-tiers.view.js';
import { Pipeline, SOURCE } from '../../support/pipeline.js';
import { addAdmin, GLOBAL, village } from '../pipeline/village.js';

const KEY = signingKeyFrom(Buffer.alloc(32, 3));
const HOSTILE = '=HYPERLINK("http://evil")';

describe('an evidence bundle', () => {
  let pipeline: Pipeline;
  let folder: string;
  let place: string;

  const create = async (to: string, moments: { from?: string; to?: string } = {}) =>
    createBundle(pipeline.db, {
      period: {
        ...(await periodOf(pipeline.db, SOURCE, moments)),
        tiers: await riskTiersOf('ivanti-epmm'),
        ownAccount: 'auditor',
      },
      place: to,
      key: KEY,
      version: '0',
      actor: 'a tester',
      progress: () => undefined,
    });

  beforeAll(async () => {
    pipeline = await Pipeline.start({ estate: village() });
    await pipeline.publish();
    addAdmin(pipeline.estate, HOSTILE, [GLOBAL, 7]);
    await pipeline.publish();
    pipeline.estate.removeAdmin('sue');
    await pipeline.publish();
    folder = mkdtempSync(join(tmpdir(), 'rolewatch-evidence-'));
    place = join(folder, 'all.zip');
    await create(place);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await pipeline.stop();
  });

  const fileOf = async (archive: string, name: string): Promise<string> => {
    const reader = await ArchiveReader.open(archive);
    try {
      const pieces: Buffer[] = [];
      for await (const piece of reader.content(reader.files.find((file) => file.name === name)!))
        pieces.push(piece);
      return Buffer.concat(pieces).toString('utf8');
    } finally {
      await reader.close();
    }
  };
  const rowsIn = async (archive: string, name: string) =>
    (await fileOf(archive, name))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));

  it('verifies, and is the same bytes when it is made again', async () => {
    const verified = await verifyBundle(place, fingerprintOf(KEY));
    expect(verified.manifest).toMatchObject({ source: SOURCE, from: { seq: 1 }, to: { seq: 3 } });
    const again = join(folder, 'again.zip');
    await create(again);
    const sha = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
    expect(sha(again)).toBe(sha(place));
  });

  it('shows who could do what, what changed and how each list was read', async () => {
    const population = await rowsIn(place, 'population.jsonl');
    expect(population).toContainEqual(
      expect.objectContaining({
        key: HOSTILE,
        permission: 'Wipe device',
        role: '7',
        scope: '1',
        path: 'direct',
      }),
    );
    expect(population.find(({ key }) => key === 'auditor')).toMatchObject({ ownAccount: true });
    const changes = await rowsIn(place, 'changes.jsonl');
    expect(changes.map(({ seq, what, subjectKey }) => [seq, what, subjectKey])).toEqual([
      [2, 'principal-appeared', HOSTILE],
      [2, 'role-granted', HOSTILE],
      [3, 'principal-disappeared', 'sue'],
      [3, 'role-revoked', 'sue'],
    ]);
    const observations = await rowsIn(place, 'observations.jsonl');
    expect(new Set(observations.map(({ verdict }) => verdict))).toEqual(new Set(['complete']));
    expect((await rowsIn(place, 'coverage.jsonl')).map(({ state }) => state)).toEqual(
      Array(3).fill('published'),
    );
  });

  it('takes only the period asked for', async () => {
    const second = join(folder, 'second.zip');
    await create(second, { from: '2', to: '3' });
    await verifyBundle(second);
    expect((await rowsIn(second, 'changes.jsonl')).map(({ seq }) => seq)).toEqual([3, 3]);
    expect((await rowsIn(second, 'snapshots.jsonl')).map(({ seq }) => seq)).toEqual([2, 3]);
  });

  it('carries no formula into a spreadsheet', async () => {
    const population = await fileOf(place, 'population.csv');
    expect(population).toContain(`"'${HOSTILE.replaceAll('"', '""')}"`);
    expect(population).not.toMatch(/(^|[,\n])"?[=+@]/m);
  });

  it('is not made over another file, and leaves nothing half done', async () => {
    await expect(create(place)).rejects.toMatchObject({ code: 'refused' });
    await expect(create(join(folder, 'no', 'such.zip'))).rejects.toMatchObject({ code: 'refused' });
    writeFileSync(join(folder, 'killed.zip.part'), 'what a killed process leaves');
    await expect(create(join(folder, 'killed.zip'))).rejects.toMatchObject({
      message: expect.stringMatching(/killed\.zip\.part .* was killed at it: then remove it$/),
    });
  });

  it('verifies with the commands that it encloses', async () => {
    const unpacked = mkdtempSync(join(folder, 'unpacked-'));
    const reader = await ArchiveReader.open(place);
    for (const { name } of reader.files) {
      const pieces: Buffer[] = [];
      for await (const piece of reader.content(reader.files.find((file) => file.name === name)!))
        pieces.push(piece);
      writeFileSync(join(unpacked, name), Buffer.concat(pieces));
    }
    await reader.close();
    const commands = readFileSync(join(unpacked, 'VERIFY.txt'), 'utf8')
      .split('\n')
      .filter((line) => /^(openssl|sha256sum|grep) /.test(line));
    const said = commands.map((command) =>
      execFileSync('sh', ['-c', command], { cwd: unpacked, encoding: 'utf8' }),
    );
    expect(said).toEqual([
      expect.stringContaining('Signature Verified Successfully'),
      expect.stringContaining(fingerprintOf(KEY)),
      expect.stringMatching(/^(\S+: OK\n)+$/),
      '1\n',
    ]);
    writeFileSync(join(unpacked, 'changes.csv'), 'nothing changed\n');
    expect(() => execFileSync('sh', ['-c', commands[2]!], { cwd: unpacked, stdio: 'pipe' })).toThrow();
  });

  it('is refused with the wrong key', async () => {
    await expect(verifyBundle(place, '00')).rejects.toMatchObject({ code: 'evidence-broken' });
    await expect(verifyBundle('.')).rejects.toMatchObject({
      code: 'usage',
      message: '. cannot be read: it is a folder',
    });
  });

  it('is refused whichever byte is another one', async () => {
    const bytes = readFileSync(place);
    const copy = join(folder, 'flipped.zip');
    writeFileSync(copy, bytes);
    const file = await open(copy, 'r+');
    const unnoticed: number[] = [];
    try {
      for (const at of worthFlipping(bytes)) {
        await file.write(Buffer.from([bytes[at]! ^ 0x20]), 0, 1, at);
        const noticed = await verifyBundle(copy).then(
          () => false,
          (error: unknown) => (error as { code: string }).code === 'evidence-broken',
        );
        if (!noticed) unnoticed.push(at);
        await file.write(bytes, at, 1, at);
      }
    } finally {
      await file.close();
    }
    expect(unnoticed).toEqual([]);
    await verifyBundle(copy); // what was put back is whole again
  });

  it('is refused cut off, prolonged, and with a file left out', async () => {
    const bytes = readFileSync(place);
    const copy = join(folder, 'other-length.zip');
    for (const other of [
      bytes.subarray(0, -1),
      Buffer.concat([bytes, Buffer.from([0])]),
      bytes.subarray(0, 4000),
    ]) {
      writeFileSync(copy, other);
      await expect(verifyBundle(copy)).rejects.toMatchObject({ code: 'evidence-broken' });
    }
  });

  it('has alerts that somebody acknowledged, and legal holds, among the decisions of their period', async () => {
    const { db } = pipeline;
    const [alert] = await db.query<{ id: string }>(
      `select seq || '.' || no as id from alert where source = $1 order by seq, no limit 1`,
      [SOURCE],
    );
    const actor = 'os:ann';
    const id = alert?.id ?? '';
    await acknowledgeAlerts(db, { source: SOURCE, alerts: [id], actor, reason: 'on it' });
    await holdSource(db, 'placed', { source: SOURCE, actor, reason: 'case 17' });
    await holdSource(db, 'lifted', { source: SOURCE, actor, reason: 'closed' });
    await holdSource(db, 'placed', { source: 'all', actor, reason: 'audit' });
    await pipeline.publish();
    const later = join(folder, 'decided.zip');
    await create(later, { from: '3', to: '4' });
    expect(
      (await rowsIn(later, 'decisions.jsonl')).map(({ decision, reason, about }) => [
        decision,
        reason,
        about,
      ]),
    ).toEqual([
      ['acknowledge-alert', 'on it', { alert: id }],
      ['legal-hold', 'case 17', { hold: '1', of: 'source' }],
      ['legal-hold-released', 'closed', { hold: '1', of: 'source' }],
      ['legal-hold', 'audit', { hold: '2', of: 'all' }],
    ]);
  });
});

/** Every byte of every header, of the last 16 kB (manifest, signature, directory), and a sample of the tables. */
function worthFlipping(bytes: Buffer): number[] {
  const chosen = new Set<number>();
  for (let at = bytes.indexOf('PK\u0003\u0004'); at !== -1; at = bytes.indexOf('PK\u0003\u0004', at + 4))
    for (let i = 0; i < 60; i += 3) chosen.add(at + i);
  const tail = bytes.length - 6_000;
  for (let at = 0; at < bytes.length; at += at < tail ? 997 : 7) chosen.add(at);
  return [...chosen].filter((at) => at < bytes.length);
}
