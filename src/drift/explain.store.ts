import { permissionModelOf } from '../access/permission-model.js';
import { RolewatchError } from '../platform/errors.js';
import { inSteps } from '../platform/in-steps.js';
import type { Sql, Tx } from '../platform/tx.js';
import { productOf } from '../sources/source-config.js';
import { explainInSteps } from './explain.js';
import type { Facts } from './facts.js';
import { readFacts } from './facts/facts.view.js';
import type { ToldChange } from './told.js';

/** The snapshot to explain, whose rows are all written, against the one before it. */
export interface Explained {
  readonly source: string;
  readonly seq: number;
  /** Scopes no longer watched as of this snapshot, and why. */
  readonly left: Facts['left'];
}

export interface Explanation {
  readonly changes: readonly ToldChange[];
  /** What the changes were explained from, for those who draw further conclusions from it. */
  readonly facts: Facts;
}

/** Writes the changes of a snapshot, within the transaction that publishes it. */
export async function explainSnapshot(tx: Tx, at: Explained): Promise<Explanation> {
  const { kind, recordedAt } = await snapshotOf(tx, at);
  const model = permissionModelOf(productOf(kind));
  const facts = await readFacts(
    { sql: tx, source: at.source, seq: at.seq },
    { model, recordedAt, left: at.left },
  );
  const changes = await inSteps(explainInSteps(facts));
  await tx.copy(
    COLUMNS,
    changes.map((change) => rowOf(at, change)),
  );
  return { changes, facts };
}

async function snapshotOf(sql: Sql, { source, seq }: Explained): Promise<{ kind: string; recordedAt: Date }> {
  const [snapshot] = await sql.query<{ kind: string; recordedAt: Date }>(
    `select o.kind, s.recorded_at as "recordedAt" from snapshot s join source o on o.name = s.source
      where s.source = $1 and s.seq = $2`,
    [source, seq],
  );
  if (!snapshot) throw new RolewatchError('unknown-snapshot', `${source} has no snapshot ${String(seq)}`);
  return snapshot;
}

const COLUMNS =
  'change (source, seq, no, what, cause, subject, scope, role, permission, not_seen_at, seen_at, part_of, body)';

function rowOf({ source, seq }: Explained, change: ToldChange) {
  const { no, what, cause, subject, scope, role, permission, window, partOf, ...body } = change;
  return [
    source,
    seq,
    no,
    what,
    cause,
    subject ?? null,
    scope ?? null,
    role ?? null,
    permission ?? null,
    window.notSeenAt?.toISOString() ?? null,
    window.seenAt.toISOString(),
    partOf ?? null,
    JSON.stringify({ ...body, statedBy: window.statedBy }),
  ];
}
