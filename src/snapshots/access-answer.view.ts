import { permissionModelOf } from '../access/permission-model.js';
import type { RiskTiers } from '../access/risk.js';
import type { Sql } from '../platform/tx.js';
import { productOf } from '../sources/source-config.js';
import { accessFilter } from './access-filter.view.js';
import { type AccessRow, AccessRows } from './access-rows.js';
import { notVisible } from './access-text.js';
import { accessFacts } from './access.view.js';
import { knownSource } from './known-source.view.js';
import { parseMoment } from './moment.js';
import { snapshotAt } from './snapshot-at.view.js';

/** Below a unit with more people than this, they are counted, not listed, unless somebody asks. */
const FEW_PEOPLE = 25;
const MOST_PEOPLE = 10_000;

export interface AccessQuestion {
  /** A snapshot or a time; by default the latest. */
  readonly at?: string | undefined;
  readonly permission?: string | undefined;
  readonly role?: string | undefined;
  readonly principal?: string | undefined;
  /** List the people below large units, too. */
  readonly people: boolean;
  readonly tiersOf: (kind: string) => Promise<RiskTiers>;
  readonly ownAccount: string | null;
}

/** As docs/json/access.md has it. */
export interface AccessAnswer {
  readonly source: string;
  readonly product: string;
  readonly at: { readonly seq: number; readonly recordedAt: string; readonly digest: string };
  readonly access: readonly AccessRow[];
  readonly notVisible: string;
}

/**
 * Who can do what in a state that we stood by, by which path.
 * @throws RolewatchError unknown-source, unknown-snapshot, unknown-subject, usage
 */
export async function accessAnswer(
  sql: Sql,
  source: string,
  question: AccessQuestion,
): Promise<AccessAnswer> {
  const moment = parseMoment(question.at);
  const { kind } = await knownSource(sql, source);
  const at = await snapshotAt(sql, source, moment);
  const product = productOf(kind);
  const model = permissionModelOf(product);
  const filter = await accessFilter(sql, { source, model }, question);
  const facts = await accessFacts(sql, {
    source,
    seq: at.seq,
    named: [...(filter.principals ?? [])],
    peopleLimit: question.people ? MOST_PEOPLE : FEW_PEOPLE + 1,
  });
  const people = question.people ? facts.people : facts.people.map(uncrowded);
  const tiers = await question.tiersOf(kind);
  const rows = new AccessRows({ ...facts, people }, tiers, model, question.ownAccount);
  return {
    source,
    product,
    at: { ...at, recordedAt: at.recordedAt.toISOString() },
    access: rows.rows(filter),
    notVisible: notVisible(product),
  };
}

function uncrowded<P extends { readonly count: number; readonly listed: readonly string[] }>(people: P): P {
  return people.count > FEW_PEOPLE ? { ...people, listed: [] } : people;
}
