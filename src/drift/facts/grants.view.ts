import { type DirectGrant, grantsAt } from '../../snapshots/grants.view.js';
import { compareText, groupBy } from '../collect.js';
import type { GrantFact, HeldSet, IdentityId, LinkFact, List } from '../facts.js';
import { resolver } from '../holdings.js';
import { type At, either, KNOWN, touched } from './at.js';
import { readUnits } from './units.view.js';

/** Lists that began and ceased to state a grant with this snapshot. */
export interface TouchedGrant extends DirectGrant {
  readonly opened: readonly List[];
  readonly closed: readonly List[];
}

const lists = (condition: string): string => `
  coalesce(jsonb_agg(distinct jsonb_build_object('stream', g.stream, 'scope', g.scope)) filter (where ${condition}), '[]')`;

/** Grants that only first reads brought are not among them. */
const TOUCHED = `
  with ${KNOWN},
  told as (
    select distinct g.principal, g.target, g.in_scope from grant_ g join known using (stream, scope)
     where g.source = $1 and ${touched('g')})
  select g.principal::text as principal, g.target, g.in_scope as "inScope",
         ${lists('g.from_seq = $2')} as opened, ${lists('g.until_seq = $2')} as closed
    from told join grant_ g on (g.principal, g.target, g.in_scope) = (told.principal, told.target, told.in_scope)
   where g.source = $1 and ${touched('g')}
   group by g.principal, g.target, g.in_scope`;

export async function readTouchedGrants({ sql, source, seq }: At): Promise<TouchedGrant[]> {
  return sql.query<TouchedGrant>(TOUCHED, [source, seq]);
}

const keyOf = (grant: DirectGrant): string => JSON.stringify([grant.principal, grant.target, grant.inScope]);

/** Every grant of these principals that is in force before or after. */
export async function readGrants(
  { sql, source, seq }: At,
  principals: readonly IdentityId[],
  touchedGrants: readonly TouchedGrant[],
): Promise<GrantFact[]> {
  if (principals.length === 0) return [];
  const before = byKey(await grantsAt(sql, source, seq - 1, { principals }));
  const after = byKey(await grantsAt(sql, source, seq, { principals }));
  const changed = byKey(touchedGrants);
  return [...new Map([...before, ...after])].map(([key, { principal, target, inScope }]) => ({
    principal,
    target,
    inScope,
    before: before.has(key),
    after: after.has(key),
    opened: changed.get(key)?.opened ?? [],
    closed: changed.get(key)?.closed ?? [],
  }));
}

function byKey<G extends DirectGrant>(grants: readonly G[]): Map<string, G> {
  return new Map(grants.map((grant) => [keyOf(grant), grant]));
}

/** Identities that hold one of the roles, before or after. */
export async function readHolders({ sql, source, seq }: At, roles: readonly string[]): Promise<IdentityId[]> {
  if (roles.length === 0) return [];
  const targets = roles.map((role) => `role:${role}`);
  const before = await grantsAt(sql, source, seq - 1, { targets });
  const after = await grantsAt(sql, source, seq, { targets });
  return [...new Set([...before, ...after].map((grant) => grant.principal))];
}

const ALL_LINKS = `
  select l.identity_id::text as identity, l.to_identity_id::text as "to", true as before, true as after
    from link l where l.source = $1 and ${either('l')}`;

/** What anybody at all holds before and after: needed only where something was lost. */
export async function readHeldByAnybody(at: At): Promise<HeldSet[]> {
  const { sql, source, seq } = at;
  const resolve = resolver(await sql.query<LinkFact>(ALL_LINKS, [source, seq]), []);
  const units = new Set(await readUnits(at));
  const sets = new Map<string, HeldSet>();
  for (const side of ['before', 'after'] as const) {
    const grants = await grantsAt(sql, source, side === 'before' ? seq - 1 : seq);
    const held = groupBy(grants, ({ principal, inScope }) => JSON.stringify([resolve(principal), inScope]));
    for (const same of held.values()) {
      const [{ inScope }] = same;
      const targets = [...new Set(same.map(({ target }) => target))].sort(compareText);
      const byUnit = same.some(({ principal }) => units.has(principal));
      const key = JSON.stringify([inScope, byUnit, targets]);
      const known = sets.get(key) ?? { inScope, targets, byUnit, before: false, after: false };
      sets.set(key, { ...known, [side]: true });
    }
  }
  return [...sets.values()];
}
