import type { JudgedState } from '../access/judged-state.js';
import { permissionModelOf } from '../access/permission-model.js';
import { RolewatchError } from '../platform/errors.js';
import { inSteps } from '../platform/in-steps.js';
import type { Sql } from '../platform/tx.js';
import { catalogueAt } from '../snapshots/catalogue.view.js';
import { grantsAt } from '../snapshots/grants.view.js';
import { identityFacts } from '../snapshots/identity-facts.view.js';
import { linksAt } from '../snapshots/links.view.js';
import { peopleBelow } from '../snapshots/people-below.view.js';
import { scopeNamesAt } from '../snapshots/scope-names.view.js';
import {
  judgedStateInSteps,
  type ListDoubt,
  type StatedAttributes,
  type StateFacts,
} from './judged-state.js';

export interface StateOptions {
  readonly product: string;
  /** Identity that the source is read with; see `accountIdentity`. */
  readonly ownAccount: string | null;
}

/**
 * The state of a snapshot as rules see it. Cost: the rights held, not the size of the directory.
 * @throws RolewatchError unknown-snapshot
 */
export async function judgedStateOf(
  sql: Sql,
  source: string,
  seq: number,
  { product, ownAccount }: StateOptions,
): Promise<JudgedState> {
  const [snapshot] = await sql.query<{ digest: string; observedAt: Date }>(SNAPSHOT, [source, seq]);
  if (snapshot === undefined)
    throw new RolewatchError('unknown-snapshot', `${source} has no snapshot ${String(seq)}`);
  const grants = await grantsAt(sql, source, seq);
  const links = await linksAt(sql, source, seq);
  const holders = new Set(grants.map(({ principal }) => principal));
  const linked = [...links].filter(([admin, entry]) => holders.has(admin) || holders.has(entry));
  const ids = [...new Set([...holders, ...linked.flat()])];
  const identities = await identityFacts(sql, source, seq, ids);
  const units = [...identities.values()].filter(({ type }) => type === 'OU').map((ou) => ou.identityId);
  const facts: StateFacts = {
    source,
    product,
    seq,
    ...snapshot,
    ownAccount,
    requires: permissionModelOf(product).requires,
    grants,
    links,
    identities,
    catalogue: await catalogueAt(sql, source, seq),
    scopeNames: await scopeNamesAt(sql, source, seq),
    people: await peopleBelow(sql, source, seq, units, 0),
    attributes: await attributesAt(sql, source, seq, ids),
    doubts: await doubtsAt(sql, source, seq),
  };
  return inSteps(judgedStateInSteps(facts));
}

const SNAPSHOT = `
  select encode(s.digest, 'hex') as digest,
         coalesce((s.manifest::jsonb ->> 'observedAt')::timestamptz, s.recorded_at) as "observedAt"
    from snapshot s where s.source = $1 and s.seq = $2`;

const stated = (name: string): string =>
  `max(coalesce(r.personal ->> '${name}', r.body ->> '${name}')) as "${name}"`;

async function attributesAt(
  sql: Sql,
  source: string,
  seq: number,
  ids: readonly string[],
): Promise<Map<string, StatedAttributes>> {
  const rows = await sql.query<StatedAttributes & { id: string }>(
    `select r.identity_id::text as id, ${['owner', 'createdBy', 'createdAt', 'expiresAt', 'lastRotatedAt'].map(stated).join(', ')}
       from record r
      where r.source = $1 and r.identity_id = any ($3)
        and r.from_seq <= $2 and (r.until_seq is null or r.until_seq > $2)
      group by r.identity_id`,
    [source, seq, ids],
  );
  return new Map(rows.map(({ id, ...attributes }) => [id, attributes]));
}

/** Every list that is watched in this snapshot or was read for it; whether it was whole is said by the pure side. */
async function doubtsAt(sql: Sql, source: string, seq: number): Promise<ListDoubt[]> {
  return sql.query<ListDoubt>(
    `select stream, scope, o.verdict, o.why, coalesce(o.held, 0) as held,
            coalesce(w.first_complete_seq <= $2, o.verdict = 'complete', false) as known
       from (select * from watch where source = $1 and from_seq <= $2 and (until_seq is null or until_seq > $2)) w
       full join (select * from observation where source = $1 and seq = $2) o using (stream, scope)
      order by stream collate "C", scope collate "C"`,
    [source, seq],
  );
}

/** The identity of the account that a source is read with, or null where it never showed it. A member may be called alike. */
export async function accountIdentity(sql: Sql, source: string, account: string): Promise<string | null> {
  const [row] = await sql.query<{ id: string }>(
    `select identity_id::text as id from identity
      where source = $1 and name_space in ('admin', 'token') and match_key = $2
      order by name_space limit 1`,
    [source, account],
  );
  return row?.id ?? null;
}

/** Whether this snapshot closed the books on a source that the configuration no longer names. */
export async function isRetiredAt(sql: Sql, source: string, seq: number): Promise<boolean> {
  const [row] = await sql.query<{ retired: boolean }>(
    `select manifest::jsonb @> '{"leftScopes": [{"scope": "", "by": "configuration"}]}' as retired
       from snapshot where source = $1 and seq = $2`,
    [source, seq],
  );
  return row?.retired ?? false;
}
