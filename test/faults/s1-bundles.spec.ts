import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Estate } from '../../demo/estate/estate.js';
import { createBundle } from '../../src/evidence/create-bundle.job.js';
import { periodOf } from '../../src/evidence/period.view.js';
import { ArchiveReader, type FoundFile } from '../../src/evidence/read-archive.job.js';
import { fingerprintOf, publicPem, signatureOf, signingKeyFrom } from '../../src/evidence/signing.js';
import { verifyBundle } from '../../src/evidence/verify-bundle.job.js';
import { writeArchive } from '../../src/evidence/write-archive.job.js';
import { riskTiersOf } from '../../src/rules/risk-tiers.view.js';
import { type Random, seeded } from '../medium/pipeline/mutators.js';
import { addAdmin, GLOBAL, village } from '../medium/pipeline/village.js';
import { Pipeline, SOURCE } from '../support/pipeline.js';
import { long, seed } from './support/tier.js';

const KEY = signingKeyFrom(Buffer.alloc(32, 3));
const OTHER_KEY = signingKeyFrom(Buffer.alloc(32, 4));
/** Bytes of each region that the short tier takes. */
const SAMPLE = 3;
/** So many copies are broken and checked at a time: a check mostly waits for its file. */
const LANES = 4;

/** As few people as make every kind of table: what is done to every byte takes the square of their number. */
function hamlet(): Estate {
  const estate = new Estate();
  addAdmin(estate, 'root', [GLOBAL, 1]);
  addAdmin(estate, 'auditor', [GLOBAL, 1]);
  addAdmin(estate, 'sue', [GLOBAL, 2]);
  return estate;
}

describe(`tampering with a bundle (ROLEWATCH_SEED=${seed})`, () => {
  const random = seeded(seed);
  const folder = mkdtempSync(join(tmpdir(), 'rolewatch-tamper-'));
  const [place, older, copy] = ['hq.zip', 'older.zip', 'copy.zip'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  let bytes: Buffer;
  let files: readonly FoundFile[];

  beforeAll(async () => {
    const pipeline = await Pipeline.start({ estate: hamlet() });
    try {
      await pipeline.publish();
      addAdmin(pipeline.estate, 'eve', [GLOBAL, 7]);
      await pipeline.publish();
      await bundled(pipeline, older);
      pipeline.estate.removeAdmin('sue');
      await pipeline.publish();
      await bundled(pipeline, place);
    } finally {
      await pipeline.stop();
    }
    bytes = readFileSync(place);
    const reader = await ArchiveReader.open(place);
    files = reader.files;
    await reader.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What is wrong with these bytes; undefined: nothing. @throws anything but the word that the bundle is broken */
  async function fault(broken: Buffer, expectedKey?: string, lane = 0): Promise<string | undefined> {
    writeFileSync(`${copy}${lane}`, broken);
    try {
      await verifyBundle(`${copy}${lane}`, expectedKey);
      return undefined;
    } catch (error) {
      if ((error as { code?: string }).code !== 'evidence-broken') throw error;
      return (error as Error).message;
    }
  }

  /** The same at a byte, in whatever order they are broken. */
  const drawnAt = (at: number, below: number): number => seeded(seed + at).below(below);
  const ways: Readonly<Record<string, (at: number) => Buffer>> = {
    flipped: (at) => with_(bytes, at, (bytes[at] ?? 0) ^ (1 << drawnAt(at, 8))),
    'taken out': (at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]),
    'cut off': (at) => bytes.subarray(0, at),
    'put in': (at) =>
      Buffer.concat([bytes.subarray(0, at), Buffer.from([drawnAt(at, 256)]), bytes.subarray(at)]),
  };

  it.each(Object.keys(ways))(
    'is refused wherever a byte is %s, and it says where',
    async (way) => {
      const unnoticed: string[] = [];
      const spots = [...regions(bytes, files)].flatMap(({ name, from, to }) =>
        places(from, to, random).map((at) => ({ name, at })),
      );
      process.stderr.write(`a byte is ${way}: ${spots.length} of ${bytes.length} places\n`);
      const left = spots.values();
      const lane = async (_: unknown, n: number): Promise<void> => {
        for (const { name, at } of left) {
          const said = await fault(ways[way]!(at), undefined, n);
          if (said === undefined || !names(said, name))
            unnoticed.push(`${name} at ${at}: ${said ?? 'nothing'}`);
        }
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      expect(unnoticed).toEqual([]);
      expect(await fault(bytes)).toBeUndefined();
    },
    long ? 1_800_000 : 120_000,
  );

  type Members = [name: string, content: Buffer][];
  const of = (members: Members, name: string): Buffer => members.find(([other]) => other === name)![1];
  const put = (members: Members, name: string, content: Buffer): Members =>
    members.map(([other, before]) => [other, other === name ? content : before]);
  const lines = (content: Buffer): string[] => content.toString().split(/(?<=\n)/);
  const reordered = (content: Buffer): Buffer => {
    const [first = '', second = '', ...more] = lines(content);
    return Buffer.from([second, first, ...more].join(''));
  };

  /** Archives that are whole as archives: [what was done, how, what must be named] */
  const deeds: readonly [string, (members: Members, before: Members) => Members, string][] = [
    [
      'two files have changed places',
      (m) => put(put(m, 'changes.jsonl', of(m, 'alerts.jsonl')), 'alerts.jsonl', of(m, 'changes.jsonl')),
      'changes.jsonl',
    ],
    ['two files stand in another order', ([a, b, ...more]) => [b!, a!, ...more], 'population.jsonl'],
    [
      'two lines of a table have changed places',
      (m) => put(m, 'changes.jsonl', reordered(of(m, 'changes.jsonl'))),
      'changes.jsonl',
    ],
    [
      'two rows of a spreadsheet have changed places',
      (m) => put(m, 'changes.csv', reordered(of(m, 'changes.csv'))),
      'changes.csv',
    ],
    [
      'a row of the table stands in the spreadsheet',
      (m) =>
        put(
          m,
          'changes.csv',
          Buffer.from(lines(of(m, 'changes.csv'))[0]! + lines(of(m, 'changes.jsonl'))[0]!),
        ),
      'changes.csv',
    ],
    [
      'a line is missing',
      (m) => put(m, 'changes.jsonl', Buffer.from(lines(of(m, 'changes.jsonl')).slice(1).join(''))),
      'changes.jsonl',
    ],
    ['a file is missing', (m) => m.filter(([name]) => name !== 'changes.csv'), 'changes.csv'],
    ['the last file is missing', (m) => m.slice(0, -1), 'manifest.json.sig'],
    ['a file was added', (m) => [...m, ['more.txt', Buffer.from('more')]], 'more.txt'],
    ['a file is there twice', (m) => [m[0]!, ...m], 'population.csv'],
    [
      'the signature is an older one',
      (m, o) => put(m, 'manifest.json.sig', of(o, 'manifest.json.sig')),
      'manifest.json',
    ],
    [
      'manifest and signature are older ones',
      (m, o) =>
        put(put(m, 'manifest.json', of(o, 'manifest.json')), 'manifest.json.sig', of(o, 'manifest.json.sig')),
      '.jsonl',
    ],
    [
      'the key is another one',
      (m) => put(m, 'signing-key.pem', Buffer.from(publicPem(OTHER_KEY))),
      'manifest.json',
    ],
    [
      'it was signed with another key, in its own name',
      (m) =>
        put(
          put(m, 'signing-key.pem', Buffer.from(publicPem(OTHER_KEY))),
          'manifest.json.sig',
          signatureOf(of(m, 'manifest.json'), OTHER_KEY),
        ),
      'signing-key.pem',
    ],
  ];

  it.each(deeds)('is refused where %s', async (_, deed, named) => {
    const packed = join(folder, 'packed.zip');
    const members = deed(await membersOf(place), await membersOf(older));
    await writeArchive(packed, async (archive) => {
      for (const [name, content] of members) await archive.add(name, [content]);
    });
    const said = await fault(readFileSync(packed));
    rmSync(packed);
    expect(said).toContain(named);
  });

  it('is refused where everything was made anew with another key, by whoever knows the right one', async () => {
    const pipeline = await Pipeline.start({ estate: village() });
    const forged = join(folder, 'forged.zip');
    try {
      await pipeline.publish();
      await bundled(pipeline, forged, OTHER_KEY);
    } finally {
      await pipeline.stop();
    }
    expect(await fault(readFileSync(forged))).toBeUndefined(); // nobody can tell from the bundle alone
    expect(await fault(readFileSync(forged), fingerprintOf(KEY))).toContain(fingerprintOf(OTHER_KEY));
  });
});

async function bundled(pipeline: Pipeline, place: string, key = KEY): Promise<void> {
  const period = {
    ...(await periodOf(pipeline.db, SOURCE, {})),
    tiers: await riskTiersOf('ivanti-epmm'),
    ownAccount: 'auditor',
  };
  const rest = { version: '0', actor: 'a tester', progress: () => undefined };
  await createBundle(pipeline.db, { period, place, key, ...rest });
}

async function membersOf(place: string): Promise<[name: string, content: Buffer][]> {
  const reader = await ArchiveReader.open(place);
  const all = readFileSync(place);
  await reader.close();
  return reader.files.map(({ name, at, bytes }) => [name, all.subarray(at, at + bytes)]);
}

function with_(bytes: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = value;
  return changed;
}

interface Region {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** The archive from its first byte to its last: of each file its header and its content, then the directory. */
function* regions(bytes: Buffer, files: readonly FoundFile[]): Generator<Region> {
  let from = 0;
  for (const { name, at, bytes: size } of files) {
    yield { name: `header of ${name}`, from, to: at };
    yield { name, from: at, to: at + size };
    from = at + size;
  }
  yield { name: 'directory', from, to: bytes.length };
}

function places(from: number, to: number, random: Random): number[] {
  if (long) return Array.from({ length: to - from }, (_, i) => from + i);
  const drawn = Array.from({ length: SAMPLE - 2 }, () => from + random.below(Math.max(1, to - from)));
  return [...new Set([from, ...drawn, to - 1])].filter((at) => at >= from && at < to);
}

/** The file, or where in the archive; a header that was shifted may be read as that of a file with another name. */
function names(said: string, region: string): boolean {
  return said.includes(region) || /\bbytes? \d+|no archive/.test(said);
}
