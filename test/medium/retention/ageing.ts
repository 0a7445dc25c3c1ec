import { connectAlone } from '../../../src/platform/connect.js';
import type { Database } from '../../../src/platform/database.js';
import { driftBetween } from '../../../src/drift/drift.view.js';
import { findingsAnswer } from '../../../src/findings/findings-answer.view.js';
import { judgedStateOf } from '../../../src/findings/judged-state.view.js';
import { riskTiersOf } from '../../../src/rules/risk-tiers.view.js';
import { Retain, type Retained } from '../../../src/runs/retention/retain.job.js';
import { FOR_EVER, type Kept, type RetentionConfig } from '../../../src/runs/retention/retention-config.js';
import type { RetentionRunStore } from '../../../src/runs/retention/retention-run.store.js';
import { accessAnswer } from '../../../src/snapshots/access-answer.view.js';
import { differences } from '../../../src/snapshots/difference.view.js';
import { bucketHash, rootOf } from '../../../src/snapshots/merkle.js';
import { SOURCE } from '../../support/pipeline.js';

/** How long everything is kept in these tests, unless they say otherwise. */
export const DAYS = 100;
export const ALL: RetentionConfig = {
  ...FOR_EVER,
  versions: DAYS,
  observations: DAYS,
  messages: DAYS,
  log: DAYS,
};
export const nothing = new AbortController().signal;

/** A database whose clock of retention the tests set: what the owner can do, and nobody else. */
export class Ageing {
  constructor(
    readonly db: Database,
    private readonly ownerUrl: string,
  ) {}

  /** As the owner. */
  async owner(sql: string): Promise<void> {
    const owner = await connectAlone(this.ownerUrl);
    try {
      await owner.query(sql);
    } finally {
      await owner.end();
    }
  }

  async setClock(at: Date): Promise<void> {
    await this.owner(
      `create or replace function retention_clock() returns timestamptz language sql stable as $$ select '${at.toISOString()}'::timestamptz $$`,
    );
  }

  /** So much later that snapshot `seq`, and nothing after it, is just old enough. */
  async grow(seq: number, kept: Partial<Kept> = {}): Promise<void> {
    const [row] = await this.db.query<{ at: Date }>(
      'select recorded_at as at from snapshot where source = $1 and seq = $2',
      [SOURCE, seq],
    );
    if (row === undefined) throw new Error(`there is no snapshot ${String(seq)}`);
    const later = (days: number): Date => new Date(row.at.getTime() + days * 86_400_000 + 1);
    await this.setClock(later(DAYS - 8));
    await this.retain({ config: { ...ALL, ...kept } }).now(SOURCE, nothing);
    await this.setClock(later(DAYS));
  }

  retain(more: { config?: RetentionConfig; batch?: number; store?: RetentionRunStore } = {}): Retain {
    return new Retain({ db: this.db, config: ALL, actor: 'a tester', graceMs: 0, ...more });
  }

  async now(more: { config?: RetentionConfig; batch?: number } = {}): Promise<Retained> {
    return this.retain(more).now(SOURCE, nothing);
  }

  async count(table: string): Promise<number> {
    const [row] = await this.db.query<{ n: number }>(`select count(*)::int as n from ${table}`);
    return row?.n ?? 0;
  }
}

/** Findings say who by the names of when they were last explained, and those of the horizon where that is gone. */
const withoutNames = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (key, one: unknown) => (key === 'name' ? undefined : one));

/** The root of a snapshot, from the leaves of the records that it shows. */
async function recomputedRoot(db: Database, seq: number): Promise<string> {
  const rows = await db.query<{ no: number; leaf: Buffer }>(
    `select bucket as no, leaf from record where source = $1 and from_seq <= $2 and (until_seq is null or until_seq > $2)`,
    [SOURCE, seq],
  );
  const leaves = new Map<number, Buffer[]>();
  for (const { no, leaf } of rows) leaves.set(no, [...(leaves.get(no) ?? []), leaf]);
  return rootOf(new Map([...leaves].map(([no, of]) => [no, bucketHash(of)]))).toString('hex');
}

/** Everything that can be asked about the snapshots from `first` to `last`, as one value. */
export async function answersFrom(db: Database, first: number, last: number): Promise<unknown> {
  const answers: Record<string, unknown> = {};
  const tiersOf = () => riskTiersOf('ivanti-epmm');
  for (let seq = first; seq <= last; seq++) {
    const question = { at: String(seq), people: true, tiersOf, ownAccount: 'root' };
    answers[`access ${seq}`] = await accessAnswer(db, SOURCE, question);
    answers[`state ${seq}`] = await judgedStateOf(db, SOURCE, seq, {
      product: 'ivanti-epmm',
      ownAccount: null,
    });
    answers[`root ${seq}`] = await recomputedRoot(db, seq);
    const findings = await findingsAnswer(db, [SOURCE], { at: String(seq), state: 'all' });
    answers[`findings ${seq}`] = findings.map(({ subject, because, ...finding }) =>
      // who was gone before is named no more: that is what retention is for
      withoutNames(finding.state === 'resolved' ? finding : { subject, because, ...finding }),
    );
    for (let from = first; from < seq; from++) {
      answers[`drift ${from} ${seq}`] = await driftBetween(db, SOURCE, String(from), String(seq));
      const rows: unknown[] = [];
      for await (const row of differences(db, SOURCE, from, seq)) rows.push(row);
      answers[`rows ${from} ${seq}`] = rows;
    }
  }
  return answers;
}
