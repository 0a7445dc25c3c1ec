import { randomBytes } from 'node:crypto';
import type { NameSpace } from '../access/model.js';
import type { Database } from '../platform/database.js';
import { DatabaseRestarted } from '../platform/database-away.js';
import { preferIndexLookups } from '../platform/planner.js';
import type { CopyValue, Tx } from '../platform/tx.js';
import type { Page, ReadRecord, Step } from '../sources/source.js';
import type { RunFrame } from './list-reading.js';

/** One key of a page beside what the store knows of it. */
export interface Present {
  readonly identityId: bigint;
  readonly firstKey: string;
  readonly salt: Buffer;
  /** The open row of this list, if there is one. */
  readonly open: { readonly tag: Buffer; readonly tagKey: number; readonly form: number } | null;
}

interface PresentRow {
  identity_id: string | null;
  shown_key: string;
  salt: Buffer;
  tag: Buffer | null;
  tag_key: number;
  form: number;
}

/** OFFSET 0 keeps each look-up a look-up by its whole key: merged into the join, a prefix of the index looks as good. */
const PRESENT = `
  SELECT coalesce(i.identity_id, si.identity_id) AS identity_id, coalesce(i.shown_key, si.shown_key) AS shown_key,
         coalesce(i.salt, si.salt) AS salt, r.tag, r.tag_key, r.form
    FROM unnest($4::text[]) WITH ORDINALITY k(key, ord)
    LEFT JOIN LATERAL (SELECT * FROM identity
                        WHERE source = $1 AND name_space = $3 AND match_key = k.key OFFSET 0) i ON true
    LEFT JOIN LATERAL (SELECT * FROM stage_identity
                        WHERE run_id = $2 AND name_space = $3 AND match_key = k.key OFFSET 0) si ON true
    LEFT JOIN LATERAL (SELECT * FROM record
                        WHERE source = $1 AND stream = $5 AND scope = $6 AND identity_id = i.identity_id AND until_seq IS NULL OFFSET 0) r ON true
   ORDER BY k.ord`;

/** Unlogged tables in which one run keeps what it reads until it publishes. A run that dies leaves nothing visible. */
export class StageStore {
  constructor(private readonly db: Database) {}

  /** What the store knows of these records' keys; keys nobody knows get an identity of this run. In the order given. */
  async present(
    run: RunFrame,
    step: Step,
    records: readonly ReadRecord[],
    nameTags: NameTags,
  ): Promise<Present[]> {
    const [first] = records;
    if (!first) return [];
    const keys = records.map((r) => r.matchKey);
    const params = [run.source, run.runId, first.nameSpace, keys, step.stream, step.scope];
    let rows = await this.lookUp(params);
    const strangers = records.filter((_, i) => rows[i]?.identity_id == null);
    if (strangers.length > 0) {
      await this.introduce(run, first.nameSpace, strangers, nameTags);
      rows = await this.lookUp(params);
    }
    return rows.map(toPresent);
  }

  private lookUp(params: readonly unknown[]): Promise<PresentRow[]> {
    return this.db.transaction(async (tx) => {
      await preferIndexLookups(tx);
      return tx.query<PresentRow>(PRESENT, params);
    });
  }

  private async introduce(
    run: RunFrame,
    nameSpace: NameSpace,
    records: readonly ReadRecord[],
    nameTags: NameTags,
  ) {
    const salts = randomBytes(32 * records.length).toString('hex');
    await this.db.query(
      `INSERT INTO stage_identity (run_id, name_space, match_key, shown_key, name_tag, salt, identity_id)
       SELECT $1, $2, k.key, k.shown, decode(k.tag, 'hex'), decode(k.salt, 'hex'), nextval('identity_identity_id_seq')
         FROM unnest($3::text[], $4::text[], $5::text[], $6::text[]) k(key, shown, tag, salt)
           ON CONFLICT DO NOTHING`,
      [
        run.runId,
        nameSpace,
        records.map((r) => r.matchKey),
        records.map((r) => r.shownKey),
        records.map((r) => nameTags(r.linkName)?.toString('hex') ?? null),
        records.map((_, i) => salts.slice(i * 64, (i + 1) * 64)),
      ],
    );
  }

  /** Bodies of open rows, for those that may say less now than before. */
  async openBodies(source: string, step: Step, ids: readonly bigint[]): Promise<Map<bigint, StoredBody>> {
    if (ids.length === 0) return new Map();
    const rows = await this.db.query<{
      identity_id: string;
      body: StoredBody['body'];
      personal: StoredBody['personal'];
    }>(
      `SELECT identity_id, body, personal FROM record
        WHERE source = $1 AND stream = $2 AND scope = $3 AND identity_id = ANY ($4) AND until_seq IS NULL`,
      [source, step.stream, step.scope, ids],
    );
    return new Map(rows.map((r) => [BigInt(r.identity_id), { body: r.body, personal: r.personal }]));
  }

  /** Keeps one page of an attempt: every key seen, and in full the records that are new or differ. */
  async keep(run: RunFrame, step: Step, attempt: number, page: StagedPage): Promise<void> {
    const at: readonly CopyValue[] = [run.runId, step.stream, step.scope, attempt];
    await this.db.transaction(async (tx) => {
      await refuseLostStaging(tx, run.runId);
      await tx.copy(
        'stage_seen (run_id, stream, scope, attempt, identity_id, tag, page_no)',
        page.seen.map((s) => [...at, s.identityId, s.tag, page.no]),
      );
      await tx.copy(
        `stage_record (run_id, stream, scope, attempt, identity_id, name_tag, tag, leaf, commit, body, personal,
                       bears_right, grants, permissions, merged)`,
        page.changed.map((c) => [...at, ...c]),
      );
    });
  }

  async keepPage(run: RunFrame, step: Step, attempt: number, page: Page, same: boolean): Promise<void> {
    await this.db.query(
      `INSERT INTO stage_page (run_id, stream, scope, attempt, no, hash, rows, total, same)
       VALUES ($1, $2, $3, $4, $5, decode($6, 'hex'), $7, $8, $9)`,
      [run.runId, step.stream, step.scope, attempt, page.no, page.sha256, page.rows, page.total, same],
    );
  }

  /** Hash by number of the pages of the last accepted read, where they were read in today's form. */
  async knownPages(source: string, step: Step, form: number): Promise<Map<number, string>> {
    const rows = await this.db.query<{ no: number; hash: string }>(
      `SELECT no, encode(hash, 'hex') AS hash FROM page WHERE source = $1 AND stream = $2 AND scope = $3 AND form = $4`,
      [source, step.stream, step.scope, form],
    );
    return new Map(rows.map((r) => [r.no, r.hash]));
  }

  /** Pages with the same bytes confirm the same open records: writes those keys out, where one by one matters. */
  async spellOutSamePages(run: RunFrame, step: Step, attempt: number): Promise<void> {
    await this.db.query(
      `INSERT INTO stage_seen (run_id, stream, scope, attempt, identity_id, tag, page_no)
       SELECT s.run_id, s.stream, s.scope, s.attempt, k.id, coalesce(r.tag, ''), s.no
         FROM stage_page s
         JOIN page p ON p.source = $5 AND p.stream = s.stream AND p.scope = s.scope AND p.no = s.no
        CROSS JOIN unnest(p.identity_ids) k(id)
         LEFT JOIN record r ON r.source = $5 AND r.stream = s.stream AND r.scope = s.scope AND r.identity_id = k.id AND r.until_seq IS NULL
        WHERE s.run_id = $1 AND s.stream = $2 AND s.scope = $3 AND s.attempt = $4 AND s.same`,
      [run.runId, step.stream, step.scope, attempt, run.source],
    );
  }

  /** Leaves a mark that goes with everything else if the server crashes: see `refuseLostStaging`. */
  async begin(runId: bigint): Promise<void> {
    await this.db.query('INSERT INTO stage_run (run_id) VALUES ($1) ON CONFLICT DO NOTHING', [runId]);
  }

  /**
   * Forgets what this run staged, and what others left behind whose slot has ended or was taken over. That a lease has
   * run out says nothing: it may be renewed yet, and is not renewed while its run is published. The mark goes first: who
   * wakes up and would stage on finds it gone. Of a process that sleeps while it stages, nothing is waited for: a later
   * run clears it.
   */
  async clear(runId: bigint): Promise<void> {
    const dead = await this.db.query<{ run_id: string }>(
      `SELECT p.run_id FROM (SELECT run_id FROM stage_page UNION SELECT run_id FROM stage_identity
                             UNION SELECT run_id FROM stage_closing UNION SELECT run_id FROM stage_run) p
        WHERE NOT EXISTS (SELECT FROM slot WHERE slot.run_id = p.run_id AND state = 'leased')`,
    );
    const ids = [...dead.map((d) => d.run_id), runId];
    await this.db.transaction(async (tx) => {
      const quiet = await unlessStaging(tx, ids);
      for (const table of STAGING) await tx.execute(`DELETE FROM ${table} WHERE run_id = ANY ($1)`, [quiet]);
    });
  }
}

/** Those of these runs that no transaction stages for right now. */
async function unlessStaging(tx: Tx, ids: readonly (string | bigint)[]): Promise<string[]> {
  const rows = await tx.query<{ run_id: string }>(
    `WITH free AS (SELECT run_id FROM stage_run WHERE run_id = ANY ($1) FOR UPDATE SKIP LOCKED)
     SELECT run_id::text FROM unnest($1::bigint[]) AS run_id
      WHERE run_id IN (SELECT run_id FROM free) OR run_id NOT IN (SELECT run_id FROM stage_run)`,
    [ids],
  );
  return rows.map(({ run_id }) => run_id);
}

const STAGING = ['stage_run', 'stage_record', 'stage_seen', 'stage_closing', 'stage_page', 'stage_identity'];

/**
 * Inside the transaction that stages or publishes: what was staged is still there, and nobody clears it away until the
 * end. Unlogged tables are empty after a crash of the server, and a run that only waited for its source meanwhile would
 * not notice: what it had read would pass for gone. Of a run that slept until it was taken over, the successor has cleared
 * them, and what it stages on nobody would ever forget.
 * @throws DatabaseRestarted
 */
export async function refuseLostStaging(tx: Tx, runId: bigint): Promise<void> {
  const mark = await tx.query('SELECT FROM stage_run WHERE run_id = $1 FOR KEY SHARE', [runId]);
  if (mark.length === 0)
    throw new DatabaseRestarted(
      'PostgreSQL was restarted, or another server or run took over, while the source was read: what had been read is lost, and nothing of it is published',
    );
}

/** Keyed hash of a name by which another stream may mean the same person; null where there is none. */
export type NameTags = (linkName: string | null) => Buffer | null;

export interface StoredBody {
  readonly body: ReadRecord['body'];
  readonly personal: ReadRecord['personal'] | null;
}

export interface StagedPage {
  readonly no: number;
  readonly seen: readonly { readonly identityId: bigint; readonly tag: Buffer }[];
  /** Columns of stage_record after `attempt`. */
  readonly changed: readonly (readonly CopyValue[])[];
}

function toPresent(row: PresentRow): Present {
  return {
    identityId: BigInt(row.identity_id ?? 0),
    firstKey: row.shown_key,
    salt: row.salt,
    open: row.tag ? { tag: row.tag, tagKey: row.tag_key, form: row.form } : null,
  };
}
