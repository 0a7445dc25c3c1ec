import type { RiskTiers } from '../access/risk.js';
import type { Explanation } from '../drift/explain.store.js';
import type { Facts } from '../drift/facts.js';
import { Catalogue, holders, permissionsLostByEverybody, resolver } from '../drift/holdings.js';
import { inParts } from '../platform/steps.js';
import type { Sql, Tx } from '../platform/tx.js';
import type { Because, Severity, ViolationSubject } from '../rules/verdicts.js';
import type { ListReading } from '../snapshots/list-reading.js';
import type { AlertDraft } from './alert.js';
import type { AlertRouting } from './alert-routing.js';
import { enqueue } from './outbox.store.js';
import { firstReadRights } from './first-read.view.js';
import { leastTold } from './route.js';
import { worthTelling } from './worth-telling.js';
import type { HeldList } from './worth-telling-facts.js';

export interface NewSnapshot {
  readonly source: string;
  readonly seq: number;
  readonly tiers: RiskTiers;
  readonly explanation: Explanation;
  readonly readings: readonly ListReading[];
  readonly routing: AlertRouting;
}

/** Writes what is worth telling, and the messages that tell it, in the transaction of what they tell. */
export async function writeAlerts(tx: Tx, snapshot: NewSnapshot): Promise<void> {
  const { source, seq, tiers, explanation, readings, routing } = snapshot;
  const { facts, changes } = explanation;
  const alerts = worthTelling({
    tiers,
    least: leastTold([...routing.routes, ...(routing.escalation ? [routing.escalation] : [])]),
    changes,
    permissionsOf: permissionsIn(facts),
    holdsRights: holdersIn(facts),
    lostByEverybody: permissionsLostByEverybody(withoutUnwatched(facts)),
    held: await newlyHeld(tx, source, seq, readings),
    firstRead: await firstReadRights(tx, source, seq, facts.model),
  });
  await insertAlerts(tx, { source, seq, alerts }, routing);
}

/** A finding that was opened, or opened again, by a judgement. */
export interface OpenedFinding {
  readonly findingId: string;
  readonly rule: string;
  readonly title: string;
  readonly severity: Severity;
  readonly subject: ViolationSubject;
  readonly message: string;
  readonly because: readonly Because[];
  readonly reopened?: boolean;
}

export interface JudgedSnapshot {
  readonly source: string;
  /** The snapshot that was judged. */
  readonly seq: number;
  readonly opened: readonly OpenedFinding[];
}

/** Writes what a judgement gave to tell, in its transaction; what the run has not sent yet grows by it. */
export async function writeFindingAlerts(
  tx: Tx,
  { source, seq, opened }: JudgedSnapshot,
  routing: AlertRouting,
): Promise<void> {
  const alerts = opened.map(({ findingId: id, severity, reopened, ...finding }): AlertDraft => {
    return {
      kind: reopened ? 'finding-reopened' : 'finding-opened',
      severity,
      body: { finding: { id, ...finding } },
    };
  });
  await insertAlerts(tx, { source, seq, alerts }, routing);
}

export interface DraftedAlerts {
  readonly source: string;
  readonly seq: number;
  readonly alerts: readonly AlertDraft[];
}

/** Numbers them after those that the snapshot has, whoever else is writing some. */
export async function insertAlerts(
  tx: Tx,
  { source, seq, alerts }: DraftedAlerts,
  routing: AlertRouting,
): Promise<void> {
  if (alerts.length === 0) return;
  await lockAlerts(tx, source);
  // a statement of its own: only one that begins after the lock sees what others have committed
  const [last] = await tx.query<{ no: number }>(
    'SELECT coalesce(max(no), 0)::int AS no FROM alert WHERE source = $1 AND seq = $2',
    [source, seq],
  );
  const rows = alerts.map((alert, i) => ({ no: (last?.no ?? 0) + i + 1, ...alert }));
  for (const part of inParts(rows))
    await tx.execute(
      `INSERT INTO alert (source, seq, no, kind, severity, body)
       SELECT $1, $2, no, kind, severity, body
         FROM jsonb_to_recordset($3) AS r (no int, kind text, severity text, body jsonb)`,
      [source, seq, JSON.stringify(part)],
    );
  await enqueue(tx, { source, seq, nos: rows.map(({ no }) => no) }, routing);
}

/** Whoever writes alerts of a source does so alone, until the end of the transaction. Always the last lock taken. */
export async function lockAlerts(tx: Tx, source: string): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('alerts of ' || $1, 0))`, [source]);
}

/** Without a scope, what the role allows in any: the catalogue's spaces may differ. */
function permissionsIn(facts: Facts): (role: string, scope?: string) => readonly string[] {
  const catalogue = new Catalogue(facts.roles);
  return (role, scope) => {
    if (scope !== undefined) return catalogue.permissions(`role:${role}`, scope, 'after');
    return facts.roles.filter((fact) => fact.role === role).flatMap(({ after }) => after ?? []);
  };
}

function holdersIn(facts: Facts): (principal: string) => boolean {
  const holding = new Set(
    holders(facts, resolver(facts.links, facts.identities))
      .filter(({ grants }) => grants.some(({ after }) => after))
      .map(({ id }) => id),
  );
  return (principal) => holding.has(principal);
}

/** Who held something in a scope that is no longer watched may hold it still. */
function withoutUnwatched(facts: Facts): Facts {
  const watched = facts.heldByAnybody.filter(({ inScope }) => facts.left.get(inScope) !== 'configuration');
  return { ...facts, heldByAnybody: watched };
}

/** A list that is held as it was with the snapshot before was told then. */
async function newlyHeld(
  sql: Sql,
  source: string,
  seq: number,
  readings: readonly ListReading[],
): Promise<HeldList[]> {
  const held = readings.flatMap((reading) => (reading.held ? [{ ...reading.step, ...reading.held }] : []));
  if (held.length === 0) return [];
  const before = await sql.query<{ stream: string; scope: string; held: number }>(
    'SELECT stream, scope, held FROM observation WHERE source = $1 AND seq = $2 AND held > 0',
    [source, seq - 1],
  );
  return held.filter(
    (list) =>
      !before.some(
        ({ stream, scope, held: count }) =>
          stream === list.stream && scope === list.scope && count === list.count,
      ),
  );
}
