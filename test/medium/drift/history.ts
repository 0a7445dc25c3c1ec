import { createHash } from 'node:crypto';
import pg from 'pg';
import { Database } from '../../../src/platform/database.js';
import type { Tx } from '../../../src/platform/tx.js';
import type { JsonObject } from '../../../src/sources/source.js';
import { freshDatabase, type TestDatabase } from '../../support/database.js';

/** One upstream object as one list states it, in the least words. */
export interface Row {
  readonly stream: string;
  readonly scope: string;
  readonly nameSpace: 'admin' | 'dn' | 'role' | 'scope';
  readonly key: string;
  readonly body?: JsonObject;
  readonly personal?: JsonObject;
  /** [role, scope it applies in] */
  readonly grants?: readonly (readonly [string, string])[];
  readonly permissions?: readonly string[];
  readonly nameTag?: string;
}

export interface Read {
  readonly stream: string;
  readonly scope: string;
  readonly verdict?: 'complete' | 'partial' | 'denied' | 'masked';
  /** Minutes after the hour of the snapshot. */
  readonly minute?: number;
  readonly statedBy?: string;
}

/** A whole upstream state and how it was read. */
export interface State {
  readonly rows: readonly Row[];
  /** [admin key, dn key] */
  readonly links?: readonly (readonly [string, string])[];
  /** Default: every list that has rows, completely. */
  readonly reads?: readonly Read[];
}

export const SOURCE = 'hq';
const DAY = Date.UTC(2026, 2, 1);
/** Snapshot n is read from n o'clock on and recorded half an hour later. */
export const hour = (seq: number, minute = 0): Date => new Date(DAY + (seq * 60 + minute) * 60_000);

const json = (value: unknown): string => JSON.stringify(value);
const bytes = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Writes snapshots from whole states by the plainest means there are, so that what reads them is tested against
 * something else than the code that publishes. Triggers are off: histories are written, not lived through.
 */
export class History {
  private seq = 0;
  private readonly ids = new Map<string, string>();
  private readonly seen = new Map<string, number>();

  private constructor(
    private readonly database: TestDatabase,
    private readonly client: pg.Client,
    /** As `client`: without triggers. */
    private readonly writing: Database,
  ) {}

  static async open(): Promise<History> {
    const database = await freshDatabase();
    const url = new URL(process.env['TEST_ADMIN_URL'] ?? '');
    url.pathname = `/${database.name}`;
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    await client.query(`set session_replication_role = replica`);
    await client.query(`insert into source (name, kind) values ($1, 'ivanti-epmm')`, [SOURCE]);
    url.searchParams.set('options', '-c session_replication_role=replica');
    return new History(database, client, new Database({ url: url.href }));
  }

  get db() {
    return this.database.db;
  }

  /** For what belongs to a snapshot and is written by its own publication, which is over here. */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.writing.transaction(work);
  }

  /** Identity ids by key. */
  id(nameSpace: Row['nameSpace'], key: string): string {
    const id = this.ids.get(json([nameSpace, key]));
    if (id === undefined) throw new Error(`${nameSpace} ${key} was never stated`);
    return id;
  }

  async sql(text: string, params: unknown[] = []): Promise<void> {
    await this.client.query(text, params);
  }

  async close(): Promise<void> {
    await this.client.end();
    await this.writing.close();
    await this.database.drop();
  }

  /** Writes the next snapshot and gives its number. Lists that are not read keep what they stated. */
  async publish(state: State, left: readonly string[] = []): Promise<number> {
    this.seq += 1;
    await this.know(state.rows);
    const reads = state.reads ?? listsOf(state.rows);
    await this.watch(reads, left);
    for (const read of reads) await this.observe(read);
    const kept = (stream: string, scope: string): boolean =>
      !left.includes(scope) && !reads.some((read) => read.stream === stream && read.scope === scope);
    await this.move(
      'record',
      state.rows.map((row) => this.record(row)),
      kept,
    );
    await this.move(
      'grant_',
      state.rows.flatMap((row) => this.grants(row)),
      kept,
    );
    await this.move(
      'role_permission',
      state.rows.flatMap((row) => this.permissions(row)),
      (_, scope) => kept('roles', scope),
    );
    await this.move(
      'link',
      (state.links ?? []).map((link) => this.link(link)),
      () => false,
    );
    await this.sql(
      `insert into snapshot (source, seq, recorded_at, root, manifest, digest)
       values ($1, $2, $3, $4, $5, sha256(convert_to($5, 'UTF8')))`,
      [SOURCE, this.seq, hour(this.seq, 30), bytes('root'), json({ seq: this.seq })],
    );
    await this.sql('update source set last_seq = $2 where name = $1', [SOURCE, this.seq]);
    return this.seq;
  }

  /** Identities first: ids are given in the order in which keys are first stated. */
  private async know(rows: readonly Row[]): Promise<void> {
    for (const { nameSpace, key, nameTag } of rows) {
      if (this.ids.has(json([nameSpace, key]))) continue;
      const { rows: made } = await this.client.query<{ id: string }>(
        `insert into identity (source, name_space, match_key, match_form, shown_key, salt, name_tag, name_tag_key)
         values ($1, $2, $3, 1, $3, '\\x00', $4, 1) returning identity_id::text as id`,
        [SOURCE, nameSpace, key, nameTag === undefined ? null : Buffer.from(nameTag)],
      );
      this.ids.set(json([nameSpace, key]), made[0]?.id ?? '');
    }
  }

  private async watch(reads: readonly Read[], left: readonly string[]): Promise<void> {
    for (const { stream, scope, verdict = 'complete' } of reads) {
      const key = json([stream, scope]);
      if (!this.seen.has(key)) {
        await this.sql('insert into watch (source, stream, scope, from_seq) values ($1, $2, $3, $4)', [
          SOURCE,
          stream,
          scope,
          this.seq,
        ]);
        this.seen.set(key, this.seq);
      }
      if (verdict === 'complete')
        await this.sql(
          'update watch set first_complete_seq = coalesce(first_complete_seq, $4) where source = $1 and stream = $2 and scope = $3',
          [SOURCE, stream, scope, this.seq],
        );
    }
    await this.sql(
      'update watch set until_seq = $2 where source = $1 and scope = any ($3) and until_seq is null',
      [SOURCE, this.seq, left],
    );
  }

  private async observe({
    stream,
    scope,
    verdict = 'complete',
    minute = 0,
    statedBy = 'rolewatch',
  }: Read): Promise<void> {
    await this.sql(
      `insert into observation (source, seq, stream, scope, verdict, rows, pages, read_from, read_to, stated_by, reads, unconfirmed, held, why)
       values ($1, $2, $3, $4, $5, 0, 1, $6, $7, $8, 1, 0, 0, 'test')`,
      [
        SOURCE,
        this.seq,
        stream,
        scope,
        verdict,
        hour(this.seq, minute),
        hour(this.seq, minute + 1),
        statedBy,
      ],
    );
  }

  /** Closes what is open and not wanted, opens what is wanted and not open; all columns together are the key. */
  private async move(
    table: string,
    wanted: readonly Readonly<Record<string, unknown>>[],
    keeps: (stream: string, scope: string) => boolean,
  ): Promise<void> {
    const { rows } = await this.client.query<{ row: Record<string, unknown>; ctid: string }>(
      `select to_jsonb(t) as row, ctid::text as ctid from ${table} t where source = $1 and until_seq is null`,
      [SOURCE],
    );
    const keyOf = (row: Readonly<Record<string, unknown>>, columns: readonly string[]): string =>
      json(columns.map((column) => canonical(row[column])));
    const columns = Object.keys(wanted[0] ?? {});
    const want = new Map(wanted.map((row) => [keyOf(row, columns), row]));
    for (const { row, ctid } of rows) {
      const key = keyOf(row, columns);
      if (columns.length > 0 && want.delete(key)) continue;
      if (keeps(String(row['stream']), String(row['scope']))) continue;
      await this.sql(`update ${table} set until_seq = $1 where ctid = $2::tid`, [this.seq, ctid]);
    }
    for (const row of want.values()) {
      await this.sql(`insert into ${table} select * from jsonb_populate_record(null::public.${table}, $1)`, [
        json({ ...FILLED[table], ...row, source: SOURCE, from_seq: this.seq }),
      ]);
    }
  }

  private record(row: Row) {
    const { stream, scope, nameSpace, key } = row;
    const identity_id = Number(this.id(nameSpace, key));
    const bears_right = (row.grants ?? []).length > 0;
    return {
      stream,
      scope,
      identity_id,
      body: row.body ?? {},
      personal: row.personal ?? { key },
      bears_right,
    };
  }

  private grants({ stream, scope, nameSpace, key, grants = [] }: Row) {
    const principal = Number(this.id(nameSpace, key));
    return grants.map(([role, in_scope]) => ({
      stream,
      scope,
      identity_id: principal,
      principal,
      target: `role:${role}`,
      in_scope,
    }));
  }

  private permissions({ stream, scope, key, permissions = [] }: Row) {
    return stream === 'roles' ? permissions.map((permission) => ({ scope, role: key, permission })) : [];
  }

  private link([admin, dn]: readonly [string, string]) {
    return {
      identity_id: Number(this.id('admin', admin)),
      to_identity_id: Number(this.id('dn', dn)),
      reason: 'name',
    };
  }
}

const LEAF = `\\x${'00'.repeat(32)}`;
const FILLED: Readonly<Record<string, object>> = {
  record: { form: 1, tag: '\\x00', tag_key: 1, leaf: LEAF, bucket: 0, commit: LEAF, merged: false },
};

/** Objects as PostgreSQL's jsonb gives them back, whatever the order of their keys. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object') return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, canonical(inner)]);
}

export function listsOf(rows: readonly Row[]): Read[] {
  const lists = new Map(rows.map(({ stream, scope }) => [json([stream, scope]), { stream, scope }]));
  return [...lists.values()];
}
