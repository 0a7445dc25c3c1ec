import { z } from 'zod';
import { canonicalBytes } from '../../platform/canonical.js';
import type { Sql } from '../../platform/tx.js';
import { journalHash } from '../../snapshots/journal-head.view.js';
import { TREE } from '../../snapshots/merkle.js';
import type { SourceCheck } from './check.js';
import { rowsOf } from '../../platform/rows.view.js';
import { KEPT, WHOLE } from './kept.js';

const DIGEST = z.string().regex(/^[0-9a-f]{64}$/);
const COUNT = z.number().int().min(0);

/** What every manifest states; it may state more. */
const MANIFEST = z.looseObject({
  tree: z.literal(TREE),
  form: z.number().int().min(1),
  source: z.string(),
  seq: z.number().int().min(1),
  recordedAt: z.iso.datetime(),
  observedAt: z.iso.datetime(),
  statedBy: z.string(),
  root: DIGEST,
  previousDigest: DIGEST.nullable(),
  counts: z.looseObject({ records: COUNT, grants: COUNT, rolePermissions: COUNT, links: COUNT }),
  observations: z.array(z.looseObject({ stream: z.string(), scope: z.string() })),
  /** Absent where it is older than the journal. */
  journal: z.looseObject({ no: z.number().int().min(1), hash: DIGEST }).nullish(),
});
type Manifest = z.infer<typeof MANIFEST>;

interface SnapshotRow {
  readonly seq: number;
  readonly manifest: string;
  readonly root: Buffer;
  readonly previous_digest: Buffer | null;
  readonly recorded_at: Date;
  readonly observed: readonly Listed[];
  /** Its rows are still kept. */
  readonly kept: boolean;
  /** So are all its observations. */
  readonly whole: boolean;
}

/** What a manifest says of one list, in its own words; times and who stated them are those of the whole snapshot. */
const OBSERVED = {
  stream: 'stream',
  scope: 'scope',
  verdict: 'verdict',
  why: 'why',
  rows: 'rows',
  total: 'total',
  pages: 'pages',
  reads: 'reads',
  pagesDigest: `encode(pages_digest, 'hex')`,
  readFrom: iso('read_from'),
  readTo: iso('read_to'),
  unconfirmed: 'unconfirmed',
  held: 'held',
  observedAt: iso('observed_at'),
  statedBy: 'stated_by',
} as const;
type Listed = Readonly<Record<string, unknown>>;

function iso(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

const SNAPSHOTS = `
  select seq, manifest, root, previous_digest, recorded_at, ${KEPT('seq')} as kept, ${WHOLE('seq', 'observations')} as whole,
         array(select jsonb_build_object(${Object.entries(OBSERVED)
           .map(([name, value]) => `'${name}', ${value}`)
           .join(', ')})
                 from observation o where o.source = s.source and o.seq = s.seq) as observed
    from snapshot s where source = $1 order by seq`;

export const manifestsCheck: SourceCheck = {
  id: 'manifests',
  invariant:
    'the manifest of every snapshot states its own row, its observations, and how many rows were open',
  proves: 'what is visible is what was published, whole',
  async *run(sql, source) {
    const counters = await Counters.of(sql, source);
    for await (const row of rowsOf<SnapshotRow>(sql, SNAPSHOTS, [source])) {
      const open = counters.upTo(row.seq);
      const manifest = parse(row.manifest);
      const says =
        typeof manifest === 'string'
          ? manifest
          : (misfit(source, row, manifest, open) ?? (await journalMisfit(sql, manifest)));
      if (says !== null) yield { table: 'snapshot', key: { source, seq: row.seq }, says };
    }
  },
};

async function journalMisfit(sql: Sql, { journal }: Manifest): Promise<string | null> {
  if (journal == null) return null;
  const hash = await journalHash(sql, journal.no);
  return hash === journal.hash
    ? null
    : `its manifest says journal.hash ${journal.hash} of entry ${String(journal.no)}, but there is ${String(hash)}`;
}

function misfit(
  source: string,
  row: SnapshotRow,
  manifest: Manifest,
  open: Manifest['counts'],
): string | null {
  const stated: [string, unknown, unknown][] = [
    ['source', manifest.source, source],
    ['seq', manifest.seq, row.seq],
    ['recordedAt', manifest.recordedAt, row.recorded_at.toISOString()],
    ['root', manifest.root, row.root.toString('hex')],
    ['previousDigest', manifest.previousDigest, row.previous_digest?.toString('hex') ?? null],
    ...(row.kept ? counts(manifest, open) : []),
    ...observations(manifest, row),
  ];
  const wrong = stated.find(([, said, is]) => said !== is);
  return wrong ? `its manifest says ${wrong[0]} ${String(wrong[1])}, but there is ${String(wrong[2])}` : null;
}

function counts({ counts: stated }: Manifest, open: Manifest['counts']): [string, unknown, unknown][] {
  return [
    ['counts.records', stated.records, open.records],
    ['counts.grants', stated.grants, open.grants],
    ['counts.rolePermissions', stated.rolePermissions, open.rolePermissions],
    ['counts.links', stated.links, open.links],
  ];
}

/** Field by field of each list, what the manifest says and what its row says; before the horizon, only of rows still there. */
function observations(
  manifest: Manifest,
  { observed: rows, whole }: Pick<SnapshotRow, 'observed' | 'whole'>,
): [string, unknown, unknown][] {
  const { observedAt, statedBy } = manifest;
  const said = byList(manifest.observations.map((list) => ({ ...list, observedAt, statedBy })));
  const is = byList(rows);
  return [...new Set([...(whole ? said.keys() : []), ...is.keys()])]
    .sort()
    .flatMap((list) =>
      Object.keys(OBSERVED).map((field): [string, unknown, unknown] => [
        `${list} ${field}`,
        said.get(list)?.[field] ?? null,
        is.get(list)?.[field] ?? null,
      ]),
    );
}

function byList(lists: readonly Listed[]): Map<string, Listed> {
  return new Map(lists.map((list) => [`${String(list['stream'])}/${String(list['scope'])}`, list]));
}

/** The manifest, or what is wrong with its text. */
function parse(text: string): Manifest | string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'its manifest is not JSON';
  }
  if (canonicalBytes(json).toString() !== text) return 'its manifest is not in canonical form (RFC 8785)';
  const read = MANIFEST.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  return `its manifest lacks or misstates ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
}

const COUNTED = {
  records: 'record',
  grants: 'grant_',
  rolePermissions: 'role_permission',
  links: 'link',
} as const;
type Counted = keyof typeof COUNTED;

/** How many rows of each table are open, going forward in time. One number for each snapshot is kept, not one for each row. */
class Counters {
  private readonly open: Record<Counted, number> = { records: 0, grants: 0, rolePermissions: 0, links: 0 };
  private at = 0;

  private constructor(private readonly turns: Record<Counted, ReadonlyMap<number, number>>) {}

  static async of(sql: Sql, source: string): Promise<Counters> {
    return new Counters({
      records: await turnsOf(sql, source, COUNTED.records),
      grants: await turnsOf(sql, source, COUNTED.grants),
      rolePermissions: await turnsOf(sql, source, COUNTED.rolePermissions),
      links: await turnsOf(sql, source, COUNTED.links),
    });
  }

  upTo(seq: number): Record<Counted, number> {
    while (this.at < seq) {
      this.at++;
      for (const counted of Object.keys(COUNTED) as Counted[])
        this.open[counted] += this.turns[counted].get(this.at) ?? 0;
    }
    return this.open;
  }
}

/** Seq → rows that open there less those that close. */
async function turnsOf(
  sql: Sql,
  source: string,
  table: (typeof COUNTED)[Counted],
): Promise<Map<number, number>> {
  const rows = await sql.query<{ seq: number; n: string }>(
    `select seq, sum(n)::text as n from (
       select from_seq as seq, count(*) as n from ${table} where source = $1 group by from_seq
        union all
       select until_seq, -count(*) from ${table} where source = $1 and until_seq is not null group by until_seq) turn
      group by seq`,
    [source],
  );
  return new Map(rows.map(({ seq, n }) => [seq, Number(n)]));
}
