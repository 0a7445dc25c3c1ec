import { compareKeys, compareText, groupBy, without } from './collect.js';
import type { Context } from './context.js';
import { type List, type RoleFact, STREAM } from './facts.js';
import type { Side } from './holdings.js';
import type { Affected, Draft } from './told.js';
import { membersOf } from './units.js';

type RoleChange = 'role-defined' | 'role-redefined' | 'role-retired';

interface Difference {
  readonly fact: RoleFact;
  readonly what: RoleChange;
  readonly gained: readonly string[];
  readonly lost: readonly string[];
}

/**
 * role-defined, role-redefined and role-retired: one for all scopes whose catalogues changed alike. Those who hold
 * the role are named in it and get no change of their own.
 */
export function explainCatalogue(context: Context): Draft[] {
  const watched = context.facts.roles.filter(
    (role) => context.readings.isKnown(listOf(role)) && !context.hasLeft(role.scope),
  );
  return [...groupBy(watched, (role) => role.role)]
    .sort(([a], [b]) => compareKeys(a, b))
    .flatMap(([, entries]) => explainRole(context, entries));
}

const listOf = (role: RoleFact): List => ({ stream: STREAM.roles, scope: role.scope });

function explainRole(context: Context, entries: readonly RoleFact[]): Draft[] {
  const having = entries.filter((entry) => entry.before !== null || entry.after !== null);
  const differences = having.flatMap(difference);
  const alike = groupBy(differences, ({ what, gained, lost }) => JSON.stringify([what, gained, lost]));
  return [...alike]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([, group]) => draftOf(context, group, group.length === having.length));
}

/** Descriptions and categories are texts of the server's version: a change of those alone tells nothing. */
function difference(fact: RoleFact): Difference[] {
  const gained = without(fact.after ?? [], fact.before ?? []);
  const lost = without(fact.before ?? [], fact.after ?? []);
  if (fact.before === null) return [{ fact, what: 'role-defined', gained, lost }];
  if (fact.after === null) return [{ fact, what: 'role-retired', gained, lost }];
  return gained.length + lost.length > 0 ? [{ fact, what: 'role-redefined', gained, lost }] : [];
}

function draftOf(context: Context, group: readonly Difference[], everywhere: boolean): Draft[] {
  const sorted = [...group].sort((a, b) => compareKeys(a.fact.scope, b.fact.scope));
  const [first] = sorted;
  if (!first) return [];
  const scopes = sorted.map((one) => one.fact.scope);
  const affected = affectedBy(context, first, scopes);
  return [
    {
      what: first.what,
      cause: 'catalogue',
      kind: 'role',
      subject: first.fact.identity,
      role: first.fact.role,
      ...(!everywhere && { scopes }),
      effective: { gained: first.gained, lost: first.lost },
      window: context.readings.windowOf(
        listOf(first.fact),
        first.what === 'role-retired' ? first.fact.identity : undefined,
      ),
      affected,
      affectedCount: affected.length,
    },
  ];
}

/** Who holds the role where these scopes' catalogues say what it means: now, or until now if it was retired. */
function affectedBy(context: Context, change: Difference, scopes: readonly string[]): Affected[] {
  const side: Side = change.what === 'role-retired' ? 'before' : 'after';
  const { role } = change.fact;
  const { catalogue } = context;
  return context.holders
    .filter((holder) =>
      holder.grants.some((grant) => {
        const deciding = catalogue.decidingScope(role, grant.inScope, side);
        return (
          grant.target === `role:${role}` &&
          grant[side] &&
          deciding !== undefined &&
          scopes.includes(deciding)
        );
      }),
    )
    .map(({ id }) => ({ id, kind: context.kindOf(id), ...membersOf(context, id, [side]) }));
}
