import { roleOf } from '../access/permissions.js';
import { groupBy } from '../drift/collect.js';
import type { Sql } from '../platform/tx.js';
import { grantsAt } from '../snapshots/grants.view.js';
import { linksAt } from '../snapshots/links.view.js';
import type { AlertView, StoredAlert } from './alert-view.js';

/**
 * By alert number: ids and names of the roles that it is about. Those that it names, gained, held, on the path of a
 * finding; and those that its subject holds in the snapshot itself, by either identity of the same person.
 */
export async function rolesOfSubjects(
  sql: Sql,
  source: string,
  seq: number,
  alerts: readonly { readonly stored: StoredAlert; readonly view: AlertView }[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const subjects = alerts.flatMap(({ stored }) => principalsOf(stored));
  const held = await rolesHeld(sql, source, seq, subjects);
  return new Map(
    alerts.map(({ stored, view }) => {
      const roles = principalsOf(stored).flatMap((id) => held.get(id) ?? []);
      return [stored.no, [...new Set([...named(view), ...roles])]];
    }),
  );
}

function principalsOf({ body: { subject, finding } }: StoredAlert): string[] {
  return [
    ...(subject === undefined ? [] : [subject]),
    ...(finding?.subject.kind === 'principal' ? [finding.subject.id] : []),
  ];
}

function named({ role, gains = [], holders = [], finding }: AlertView): string[] {
  const roles = [role, ...[...gains, ...holders, ...(finding?.because ?? [])].map((one) => one.role)];
  const { kind, key, name } = finding?.subject ?? {};
  return [
    ...roles.flatMap((one) => (one === undefined ? [] : [one.id, one.name])),
    ...(kind === 'role' ? [key, name] : []),
  ].filter((one) => one !== undefined);
}

async function rolesHeld(
  sql: Sql,
  source: string,
  seq: number,
  subjects: readonly string[],
): Promise<Map<string, string[]>> {
  const held = new Map<string, string[]>();
  if (subjects.length === 0) return held;
  const others = new Map<string, string[]>();
  for (const [admin, entry] of await linksAt(sql, source, seq)) {
    others.set(admin, [...(others.get(admin) ?? []), entry]);
    others.set(entry, [...(others.get(entry) ?? []), admin]);
  }
  const sameAs = (id: string): string[] => [id, ...(others.get(id) ?? [])];
  const principals = [...new Set(subjects.flatMap(sameAs))];
  const grants = await grantsAt(sql, source, seq, { principals });
  const ids = [...new Set(grants.flatMap(({ target }) => roleOf(target) ?? []))];
  const names = await roleNames(sql, source, seq, ids);
  const byHolder = groupBy(grants, ({ principal }) => principal);
  for (const subject of subjects) {
    const roles = sameAs(subject)
      .flatMap((id) => byHolder.get(id) ?? [])
      .flatMap(({ target }) => roleOf(target) ?? []);
    held.set(
      subject,
      roles.flatMap((id) => [id, ...(names.get(id) ?? [])]),
    );
  }
  return held;
}

/** Spaces may call the same role differently. */
async function roleNames(
  sql: Sql,
  source: string,
  seq: number,
  ids: readonly string[],
): Promise<Map<string, string[]>> {
  const rows = await sql.query<{ role: string; names: string[] }>(
    `SELECT i.match_key AS role, array_agg(DISTINCT coalesce(r.body ->> 'description', r.body ->> 'name')) AS names
       FROM record r JOIN identity i ON i.source = r.source AND i.identity_id = r.identity_id
      WHERE r.source = $1 AND r.stream = 'roles' AND r.from_seq <= $2 AND (r.until_seq IS NULL OR r.until_seq > $2)
        AND i.match_key = ANY ($3) AND coalesce(r.body ->> 'description', r.body ->> 'name') IS NOT NULL
      GROUP BY 1`,
    [source, seq, ids],
  );
  return new Map(rows.map(({ role, names }) => [role, names]));
}
