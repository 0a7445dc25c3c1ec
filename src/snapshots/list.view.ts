import type { Database } from '../platform/database.js';
import { preferIndexLookups, preferSetJoins } from '../platform/planner.js';
import type { Sql, Tx } from '../platform/tx.js';
import type { Step } from '../sources/source.js';
import type { Repeat } from './acceptance.js';
import type { RunFrame } from './list-reading.js';
import type { KnownToMatter, WhoMatters } from './who-matters.js';

/** Admins of directory origin, links and role-holding OUs, as the store knows them: few, however large the directory. */
export async function knownToMatter(sql: Sql, source: string): Promise<KnownToMatter> {
  const names = await sql.query<{ tag: string }>(
    `SELECT encode(i.name_tag, 'hex') AS tag FROM identity i
      WHERE i.source = $1 AND i.name_space = 'admin' AND i.name_tag IS NOT NULL
        AND EXISTS (SELECT FROM record r WHERE r.source = $1 AND r.identity_id = i.identity_id AND r.until_seq IS NULL
                       AND r.body ->> 'origin' = 'LDAP')`,
    [source],
  );
  const links = await sql.query<{ a: string; b: string }>(
    `SELECT identity_id AS a, to_identity_id AS b FROM link WHERE source = $1 AND until_seq IS NULL`,
    [source],
  );
  const ous = await sql.query<{ match_key: string }>(
    `SELECT DISTINCT i.match_key FROM record r JOIN identity i ON i.source = r.source AND i.identity_id = r.identity_id
      WHERE r.source = $1 AND r.until_seq IS NULL AND r.bears_right AND r.body ->> 'type' = 'OU' AND i.match_key IS NOT NULL`,
    [source],
  );
  return {
    names: names.map((n) => n.tag),
    ous: ous.map((o) => o.match_key),
    linked: new Set(links.flatMap((l) => [BigInt(l.a), BigInt(l.b)])),
  };
}

/** Open records of a list. */
export async function countOpen(sql: Sql, source: string, step: Step): Promise<number> {
  const [row] = await sql.query<{ n: string }>(
    `SELECT count(*) AS n FROM record WHERE source = $1 AND stream = $2 AND scope = $3 AND until_seq IS NULL`,
    [source, step.stream, step.scope],
  );
  return Number(row?.n ?? 0);
}

interface RepeatRow extends Omit<Repeat, 'again'> {
  readonly identity_id: string;
}

export interface Keys {
  readonly distinct: number;
  readonly repeats: readonly RepeatRow[];
}

/** Distinct keys of an attempt, and those that came more than once. */
export async function keysOf(db: Database, run: RunFrame, step: Step, attempt: number): Promise<Keys> {
  return readingLargeSets(db, async (tx) => {
    const [{ distinct } = { distinct: '0' }] = await tx.query<{ distinct: string }>(
      `SELECT count(DISTINCT identity_id) AS distinct FROM stage_seen
        WHERE run_id = $1 AND stream = $2 AND scope = $3 AND attempt = $4`,
      [run.runId, step.stream, step.scope, attempt],
    );
    const repeats = await tx.query<RepeatRow>(
      `SELECT s.identity_id, count(DISTINCT s.tag) = 1 AS identical, bool_or(k.identity_id IS NOT NULL) AS remembered
         FROM stage_seen s LEFT JOIN known_repeat k
           ON k.source = $5 AND k.stream = s.stream AND k.scope = s.scope AND k.identity_id = s.identity_id
        WHERE s.run_id = $1 AND s.stream = $2 AND s.scope = $3 AND s.attempt = $4
        GROUP BY s.identity_id HAVING count(*) > 1`,
      [run.runId, step.stream, step.scope, attempt, run.source],
    );
    return { distinct: Number(distinct), repeats };
  });
}

/** Whether a page shows somebody whom no page before it showed. Of most pages the first look-up says so. */
export async function isAnyNew(
  db: Database,
  run: RunFrame,
  step: Step,
  {
    attempt,
    page,
    shown,
  }: { readonly attempt: number; readonly page: number; readonly shown: readonly bigint[] },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    await preferIndexLookups(tx);
    const [row] = await tx.query<{ any_new: boolean }>(
      `SELECT EXISTS (SELECT FROM unnest($6::bigint[]) k(id)
                       WHERE (SELECT true FROM stage_seen s
                               WHERE s.run_id = $1 AND s.stream = $2 AND s.scope = $3 AND s.attempt = $4
                                 AND s.identity_id = k.id AND s.page_no < $5 LIMIT 1) IS NULL) AS any_new`,
      [run.runId, step.stream, step.scope, attempt, page, shown],
    );
    return row?.any_new ?? true;
  });
}

/** Open rows `r` that none of the attempts showed. Parameters 1–5: source, stream, scope, run, attempts. */
const ABSENT = `
  FROM record r JOIN identity i ON i.source = r.source AND i.identity_id = r.identity_id
 WHERE r.source = $1 AND r.stream = $2 AND r.scope = $3 AND r.until_seq IS NULL
   AND NOT EXISTS (SELECT FROM stage_seen s WHERE s.run_id = $4 AND s.stream = $2 AND s.scope = $3
                      AND s.attempt = ANY ($5) AND s.identity_id = r.identity_id)`;

/** Whether a row's absence matters to somebody; else it closes at once. Parameters 6 and 7: linked ids, role-holding OUs. */
export const MATTERS = `
  (i.name_space <> 'dn' OR r.bears_right OR r.identity_id = ANY ($6)
   OR EXISTS (SELECT FROM unnest($7::text[]) ou(key) WHERE starts_with(i.match_key, ou.key || ',')))`;

export interface Absent {
  readonly all: number;
  /** Of them, those whose absence is worth a second read. */
  readonly mattering: number;
}

export async function countAbsent(
  db: Database,
  run: RunFrame,
  step: Step,
  attempts: readonly number[],
  around: WhoMatters,
): Promise<Absent> {
  const rows = await readingLargeSets(db, (tx) =>
    tx.query<{ all: string; mattering: string }>(
      `SELECT count(*) AS all, count(*) FILTER (WHERE ${MATTERS}) AS mattering ${ABSENT}`,
      [run.source, step.stream, step.scope, run.runId, attempts, [...around.linked], around.ous],
    ),
  );
  return { all: Number(rows[0]?.all ?? 0), mattering: Number(rows[0]?.mattering ?? 0) };
}

/** Staged rows have no statistics yet: a nested loop over a million of them would take hours. */
export async function readingLargeSets<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    await preferSetJoins(tx);
    return work(tx);
  });
}
