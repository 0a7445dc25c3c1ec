import type pg from 'pg';
import { canonicalBytes, sha256 } from '../../../src/platform/canonical.js';
import { connectAlone } from '../../../src/platform/connect.js';
import { JOURNALLED } from '../../../src/runs/fsck/journalled.js';
import { bucketHash, bucketOf, rootOf } from '../../../src/snapshots/merkle.js';
import { commitmentOf, leafOf } from '../../../src/snapshots/record-form.js';
import type { JsonObject } from '../../../src/sources/source.js';
import type { TestDatabase } from '../../support/database.js';

/** One object as a list shows it. */
export interface Planted {
  readonly stream: string;
  readonly scope: string;
  readonly nameSpace: 'admin' | 'dn' | 'role' | 'scope';
  readonly matchKey: string;
  readonly shownKey?: string;
  readonly body: JsonObject;
  readonly personal?: JsonObject;
}

export interface PlantedObservation {
  readonly verdict?: 'complete' | 'partial';
  readonly held?: number;
  readonly why?: string;
}

/** One snapshot: everything that it shows. */
export interface PlantedState {
  readonly records: readonly Planted[];
  /** Admin key → DN key. */
  readonly links?: Readonly<Record<string, string>>;
  /** `stream/scope` → how it was obtained, where that was not simply complete. */
  readonly observed?: Readonly<Record<string, PlantedObservation>>;
  /** Records held in this snapshot. */
  readonly held?: readonly Planted[];
}

type Row = Record<string, unknown>;

/** Hours after this are the times of snapshots. */
const EPOCH = Date.UTC(2026, 0, 1);
export const recordedAt = (seq: number): Date => new Date(EPOCH + seq * 3_600_000);

/** As a superuser to whom triggers and grants do not apply: plants and corrupts. */
export async function asSuperuser<T>(
  database: TestDatabase,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const url = new URL(process.env['TEST_ADMIN_URL'] ?? '');
  url.pathname = `/${database.name}`;
  const client = await connectAlone(url.href);
  try {
    await client.query('set session_replication_role = replica');
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Writes a sound history of these states, by arithmetic of its own: not through what publishes. */
export async function plant(
  database: TestDatabase,
  source: string,
  states: readonly PlantedState[],
): Promise<void> {
  const history = new History(source);
  for (const state of states) history.add(state);
  await asSuperuser(database, async (client) => {
    for (const [table, rows] of Object.entries(history.tables)) {
      for (const row of rows) await insert(client, table, row);
    }
    await adopt(client);
    await countOn(client);
  });
}

/** Its numbers are its own: whoever comes next goes on behind them. */
async function countOn(client: pg.Client): Promise<void> {
  for (const [table, column] of [
    ['identity', 'identity_id'],
    ['run', 'id'],
  ])
    await client.query(
      `select setval(pg_get_serial_sequence('${table}', '${column}'), max(${column})) from ${table}`,
    );
}

/** The journal has seen nothing of it. */
async function adopt(client: pg.Client): Promise<void> {
  for (const [table, { key, moving = [], where = null }] of Object.entries(JOURNALLED))
    await client.query('select journal_adopt($1, $2, $3, $4)', [
      table,
      key.join(' '),
      moving.join(' '),
      where,
    ]);
}

async function insert(client: pg.Client, table: string, row: Row): Promise<void> {
  const columns = Object.keys(row);
  const values = Object.values(row).map((value) => (isJson(value) ? JSON.stringify(value) : value));
  const names = columns.map((column) => `"${column}"`).join(', ');
  await client.query(
    `insert into ${table} (${names}) values (${columns.map((_, i) => `$${i + 1}`).join(', ')})`,
    values,
  );
}

const isJson = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Buffer.isBuffer(value) && !(value instanceof Date);

/** Runs of all sources share one numbering. */
let runs = 0;

class History {
  readonly tables: Record<string, Row[]> = {
    source: [],
    run: [],
    slot: [],
    identity: [],
    record: [],
    grant_: [],
    role_permission: [],
    link: [],
    bucket: [],
    observation: [],
    watch: [],
    hold: [],
    snapshot: [],
  };
  private readonly identities = new Map<string, Row>();
  private seq = 0;
  private digest: Buffer | null = null;

  constructor(private readonly source: string) {
    this.tables['source']?.push({ name: source, kind: 'ivanti-epmm', last_seq: 0 });
  }

  add(state: PlantedState): void {
    this.seq++;
    this.records(state.records);
    this.rights(state.records);
    this.links(state.links ?? {});
    this.buckets();
    const observations = this.observe(state);
    this.publish(observations);
  }

  private records(records: readonly Planted[]): void {
    this.advance(
      'record',
      records.map((record) => {
        const identity = this.identity(record);
        const personal = { key: identity['shown_key'] as string, ...record.personal };
        const holder = { firstKey: identity['shown_key'] as string, salt: identity['salt'] as Buffer };
        const commit = commitmentOf(holder, personal);
        const leaf = leafOf(record, 1, record.body, commit);
        return {
          stream: record.stream,
          scope: record.scope,
          identity_id: identity['identity_id'],
          form: 1,
          tag: Buffer.alloc(32, 1),
          tag_key: 1,
          leaf,
          bucket: bucketOf(leaf),
          commit,
          body: record.body,
          personal,
          bears_right: grantsOf(record).length > 0 || permissionsOf(record).length > 0,
        };
      }),
    );
  }

  private rights(records: readonly Planted[]): void {
    this.advance(
      'grant_',
      records.flatMap((record) =>
        grantsOf(record).map(([target, inScope]) => {
          const identity = this.identity(record)['identity_id'];
          const { stream, scope } = record;
          return { stream, scope, identity_id: identity, principal: identity, target, in_scope: inScope };
        }),
      ),
    );
    this.advance(
      'role_permission',
      records.flatMap((record) =>
        permissionsOf(record).map((permission) => ({
          scope: record.scope,
          role: record.matchKey,
          permission,
        })),
      ),
    );
  }

  private links(links: Readonly<Record<string, string>>): void {
    const idOf = (nameSpace: string, key: string): unknown =>
      this.identities.get(`${nameSpace} ${key}`)?.['identity_id'];
    this.advance(
      'link',
      Object.entries(links).map(([admin, dn]) => ({
        identity_id: idOf('admin', admin),
        to_identity_id: idOf('dn', dn),
        reason: 'name',
      })),
    );
  }

  private buckets(): void {
    const leaves = new Map<number, Buffer[]>();
    for (const { bucket, leaf } of this.open('record')) {
      leaves.set(bucket as number, [...(leaves.get(bucket as number) ?? []), leaf as Buffer]);
    }
    this.advance(
      'bucket',
      [...leaves].map(([no, ofBucket]) => ({ no, hash: bucketHash(ofBucket) })),
    );
  }

  private observe(state: PlantedState): Row[] {
    const lists = new Map(
      [...state.records, ...(state.held ?? [])].map(({ stream, scope }) => [
        `${stream}/${scope}`,
        { stream, scope },
      ]),
    );
    const rows = [...lists].map(([list, { stream, scope }]) => {
      const { verdict = 'complete', held = 0, why = null } = state.observed?.[list] ?? {};
      const read = state.records.filter((record) => `${record.stream}/${record.scope}` === list).length;
      const counts = { rows: read, total: read, pages: 1, reads: 1, held, unconfirmed: 0 };
      return { stream, scope, verdict, why, ...counts };
    });
    for (const { stream, scope } of lists.values()) {
      const watched = this.tables['watch']?.some((row) => row['stream'] === stream && row['scope'] === scope);
      if (!watched) this.put('watch', { stream, scope, from_seq: this.seq, first_complete_seq: this.seq });
    }
    const at = recordedAt(this.seq);
    for (const row of rows) {
      const read = { read_from: at, read_to: at, observed_at: at, stated_by: 'rolewatch' };
      this.put('observation', { seq: this.seq, ...row, ...read });
    }
    for (const held of state.held ?? []) {
      const { stream, scope } = held;
      this.put('hold', { seq: this.seq, stream, scope, identity_id: this.identity(held)['identity_id'] });
    }
    return rows.map((row) => ({ ...row, pagesDigest: null, readFrom: at, readTo: at }));
  }

  private publish(observations: readonly Row[]): void {
    const at = recordedAt(this.seq);
    const root = rootOf(new Map(this.open('bucket').map(({ no, hash }) => [no as number, hash as Buffer])));
    const manifest = canonicalBytes({
      tree: 1,
      form: 1,
      source: this.source,
      seq: this.seq,
      recordedAt: at.toISOString(),
      observedAt: at.toISOString(),
      statedBy: 'rolewatch',
      root: root.toString('hex'),
      previousDigest: this.digest?.toString('hex') ?? null,
      counts: {
        records: this.open('record').length,
        grants: this.open('grant_').length,
        rolePermissions: this.open('role_permission').length,
        links: this.open('link').length,
      },
      observations,
    }).toString();
    const digest = sha256(manifest);
    const due = { due_at: at, epoch: 1 };
    const runId = ++runs;
    const run = { id: runId, ...due, base_seq: this.seq - 1, ended_at: at, outcome: 'published' };
    this.put('run', run);
    this.put('slot', {
      ...due,
      trigger: 'schedule',
      state: 'published',
      run_id: runId,
      seq: this.seq,
      ended_at: at,
    });
    this.put('snapshot', {
      seq: this.seq,
      run_id: runId,
      recorded_at: at,
      root,
      manifest,
      digest,
      previous_digest: this.digest,
    });
    this.digest = digest;
    const [source] = this.tables['source'] ?? [];
    if (source) source['last_seq'] = this.seq;
  }

  private identity({ nameSpace, matchKey, shownKey }: Planted): Row {
    const known = this.identities.get(`${nameSpace} ${matchKey}`);
    if (known) return known;
    const row = this.put('identity', {
      identity_id: this.identities.size + 1,
      name_space: nameSpace,
      match_key: matchKey,
      match_form: 1,
      shown_key: shownKey ?? matchKey,
      salt: sha256(`${nameSpace} ${matchKey}`),
    });
    this.identities.set(`${nameSpace} ${matchKey}`, row);
    return row;
  }

  /** Closes what is open and not wanted, opens what is wanted and not open. */
  private advance(table: string, wanted: readonly Row[]): void {
    const due = new Map(wanted.map((row) => [contentOf(row), row]));
    for (const row of this.open(table)) {
      const { source: _, from_seq, until_seq, ...content } = row;
      if (!due.delete(contentOf(content))) row['until_seq'] = this.seq;
    }
    for (const row of due.values()) this.put(table, { ...row, from_seq: this.seq, until_seq: null });
  }

  private open(table: string): Row[] {
    return (this.tables[table] ?? []).filter((row) => row['until_seq'] === null);
  }

  private put(table: string, row: Row): Row {
    const whole = { source: this.source, ...row };
    this.tables[table]?.push(whole);
    return whole;
  }
}

const contentOf = (row: Row): string =>
  JSON.stringify(row, (_, value: unknown) => (Buffer.isBuffer(value) ? value.toString('hex') : value));

interface SpaceRoles {
  readonly spaceId: number;
  readonly roles: readonly { readonly id: number }[];
}

function grantsOf({ body }: Planted): [target: string, inScope: string][] {
  const spaceRoles = (body['spaceRoles'] ?? []) as unknown as readonly SpaceRoles[];
  return spaceRoles.flatMap(({ spaceId, roles }) =>
    roles.map(({ id }): [string, string] => [`role:${id}`, String(spaceId)]),
  );
}

function permissionsOf({ body }: Planted): readonly string[] {
  return (body['permissions'] ?? []) as unknown as readonly string[];
}
