/** What a snapshot says has happened, and tells people, held against what did happen. */
import type { Sql } from '../../../src/platform/tx.js';
import type { Upstream } from './upstream.js';

/** Readings state their times by a clock that runs on from the database's: see VirtualClock. */
const SLACK_MS = 2_000;

const CHANGES = `
  SELECT what IN ('role-granted', 'permission-gained', 'level-raised') AS granted, not_seen_at AS from, seen_at AS to,
         i.match_key || ' ' || CASE
           WHEN what LIKE 'role-%' THEN replace(role, 'role:', '')
           WHEN what LIKE 'permission-%' THEN 'permission:' || permission
           WHEN what = 'level-raised' THEN 'permission:' || permission || '.' || (body -> 'level' ->> 'after')
           ELSE 'permission:' || permission || '.' || (body -> 'level' ->> 'before')
         END || ' ' || scope AS right
    FROM change c JOIN identity i ON i.source = c.source AND i.identity_id = c.subject
   WHERE c.source = $1 AND seq = $2 AND cause <> 'configuration' AND i.name_space <> 'role' AND what IN
         ('role-granted', 'role-revoked', 'permission-gained', 'permission-lost', 'level-raised', 'level-lowered')`;

/** Whom alerts are about, and which roles and permissions they say were gained. */
const TOLD = `
  SELECT i.match_key AS who,
         ARRAY(SELECT unnest(array[g ->> 'role', 'permission:' || (g ->> 'permission')]
                 || ARRAY(SELECT 'permission:' || p FROM jsonb_array_elements_text(coalesce(g -> 'gained', '[]')) p))
                 FROM jsonb_array_elements(coalesce(body -> 'gains', '[]')) g) AS rights
    FROM alert a LEFT JOIN identity i ON i.source = a.source AND i.identity_id = (a.body ->> 'subject')::bigint
   WHERE a.source = $1 AND seq = $2`;

/** Lists that were read completely, with nothing held back. */
export async function wholeLists(sql: Sql, source: string, seq: number): Promise<ReadonlySet<string>> {
  const rows = await sql.query<{ list: string }>(
    `SELECT stream || '/' || scope AS list FROM observation
      WHERE source = $1 AND seq = $2 AND verdict = 'complete' AND held = 0`,
    [source, seq],
  );
  return new Set(rows.map(({ list }) => list));
}

interface Told {
  readonly granted: boolean;
  /** `who right scope`. */
  readonly right: string;
  readonly from: Date | null;
  readonly to: Date;
}

/**
 * What is said to have happened between two moments did happen between them.
 * @param mayBeLate whether the snapshot before may have missed somebody, as a row that moves between two pages of a first
 * read is in none of them, and nothing shows it: who is told of then was there already
 */
export async function wrongWindows(
  sql: Sql,
  upstream: Upstream,
  seq: number,
  mayBeLate: boolean,
): Promise<string[]> {
  const changes = await sql.query<Told>(CHANGES, [upstream.name, seq]);
  return changes.flatMap(({ granted, right, from, to }) => {
    const turns = turnsOf(upstream, right);
    if (turns.length === 0) return []; // somebody whom a lie has made
    const [low, high] = [(from?.getTime() ?? -Infinity) - SLACK_MS, to.getTime() + SLACK_MS];
    if (turns.some((turn) => turn.granted === granted && turn.at >= low && turn.at <= high)) return [];
    if (mayBeLate && granted && turns.some((turn) => turn.granted && turn.at < low)) return [];
    const times = turns.map((turn) => `${turn.granted ? '+' : '-'}${new Date(turn.at).toISOString()}`);
    const told = `${granted ? 'gained' : 'lost'} ${right} between ${String(from?.toISOString())} and ${to.toISOString()}`;
    return [`${told}; in truth ${times.join(' ')}`];
  });
}

/** When somebody came to hold a right, and when no more. */
function turnsOf(
  { versions }: Upstream,
  right: string,
): { readonly at: number; readonly granted: boolean }[] {
  return versions.flatMap(({ from, rights }, i) => {
    const was = versions[i - 1]?.rights.has(right) ?? false;
    return rights.has(right) === was ? [] : [{ at: from, granted: !was }];
  });
}

/** Whoever may wipe, and was not known to, is told of. @param gained grants that were not stored before */
export async function untoldPowers(
  sql: Sql,
  { name, watched }: Upstream,
  seq: number,
  gained: readonly string[],
): Promise<string[]> {
  const alerts = await sql.query<{ who: string | null; rights: string[] }>(TOLD, [name, seq]);
  const whole = await wholeLists(sql, name, seq - 1);
  return gained.flatMap((words) => {
    const power = watched.power(words);
    // the first reading of a list is told of as one
    if (!power?.lists.every((list) => whole.has(list))) return [];
    const told = alerts.some(({ who, rights }) => who === power.who && rights.includes(power.right));
    return told ? [] : [`${words}, and nobody was told`];
  });
}
