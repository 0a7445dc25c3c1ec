import type { Sql } from '../platform/tx.js';
import type { HeldRight, StatedIn } from './access-facts.js';
import { grantsAt } from './grants.view.js';

/** The direct grants in force in snapshot `seq`, each with the lists that state it there. */
export async function heldRightsAt(sql: Sql, source: string, seq: number): Promise<HeldRight[]> {
  const grants = await grantsAt(sql, source, seq);
  const supports = await sql.query<{
    principal: string;
    target: string;
    inScope: string;
    stream: string;
    scope: string;
  }>(
    `select distinct principal::text, target, in_scope as "inScope", stream, scope from grant_
      where source = $1 and from_seq <= $2 and (until_seq is null or until_seq > $2)
      order by stream, scope`,
    [source, seq],
  );
  const keyOf = (grant: { principal: string; target: string; inScope: string }): string =>
    JSON.stringify([grant.principal, grant.target, grant.inScope]);
  const stated = new Map<string, StatedIn[]>();
  for (const support of supports) {
    const lists = stated.get(keyOf(support)) ?? [];
    lists.push({ stream: support.stream, ...(support.scope !== '' && { scope: support.scope }) });
    stated.set(keyOf(support), lists);
  }
  return grants.map((grant) => ({ ...grant, statedIn: stated.get(keyOf(grant)) ?? [] }));
}
