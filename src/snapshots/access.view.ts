import type { Sql } from '../platform/tx.js';
import type { AccessFacts, IdentityFacts } from './access-facts.js';
import { catalogueAt } from './catalogue.view.js';
import { heldRightsAt } from './held-rights.view.js';
import { identityFacts } from './identity-facts.view.js';
import { linksAt } from './links.view.js';
import { peopleBelow } from './people-below.view.js';
import { scopeNamesAt } from './scope-names.view.js';
import { roleWords } from './words.view.js';

export interface AccessScope {
  readonly source: string;
  readonly seq: number;
  /** Identities to know about although they may hold nothing themselves. */
  readonly named: readonly string[];
  /** How many people below each role-holding unit are listed. */
  readonly peopleLimit: number;
}

/** What one state says about who holds which right. Cost: the rights held, not the size of the directory. */
export async function accessFacts(
  sql: Sql,
  { source, seq, named, peopleLimit }: AccessScope,
): Promise<AccessFacts> {
  const held = await heldRightsAt(sql, source, seq);
  const links = await linksAt(sql, source, seq);
  const holders = withLinked([...new Set([...held.map((grant) => grant.principal), ...named])], links);
  const identities = await identityFacts(sql, source, seq, holders);
  const holding = new Set(held.map((grant) => grant.principal));
  const ous = [...identities.values()].filter(
    ({ identityId, type }) => type === 'OU' && holding.has(identityId),
  );
  const people = await peopleBelow(
    sql,
    source,
    seq,
    ous.map((ou) => ou.identityId),
    peopleLimit,
  );
  const listed = withLinked([...new Set(people.flatMap((below) => below.listed))], links);
  return {
    held,
    identities: merged(identities, await identityFacts(sql, source, seq, listed)),
    links,
    catalogue: await catalogueAt(sql, source, seq),
    roleWords: await roleWords(sql, source),
    scopeNames: await scopeNamesAt(sql, source, seq),
    people,
  };
}

/** With the other identity of everybody who has two. */
function withLinked(ids: readonly string[], links: ReadonlyMap<string, string>): string[] {
  const all = new Set(ids);
  const known = new Set(ids);
  for (const [admin, entry] of links) {
    if (known.has(admin)) all.add(entry);
    if (known.has(entry)) all.add(admin);
  }
  return [...all];
}

function merged(
  a: ReadonlyMap<string, IdentityFacts>,
  b: ReadonlyMap<string, IdentityFacts>,
): ReadonlyMap<string, IdentityFacts> {
  return new Map([...a, ...b]);
}
