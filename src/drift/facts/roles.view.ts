import { type IdentityId, type RoleFact, STREAM } from '../facts.js';
import { after, type At, before, either } from './at.js';

interface Row {
  readonly role: string;
  readonly identity: IdentityId;
  readonly scope: string;
  readonly isBefore: boolean;
  readonly isAfter: boolean;
  readonly before: readonly string[] | null;
  readonly after: readonly string[] | null;
}

const permissions = (condition: string): string => `
  (select array_agg(p.permission order by p.permission collate "C") from role_permission p
    where p.source = $1 and p.scope = r.scope and p.role = i.match_key and ${condition})`;

const ROLES = `
  select i.match_key as role, i.identity_id::text as identity, r.scope,
         bool_or(${before('r')}) as "isBefore", bool_or(${after('r')}) as "isAfter",
         ${permissions(before('p'))} as before, ${permissions(after('p'))} as after
    from record r join identity i on i.source = r.source and i.identity_id = r.identity_id
   where r.source = $1 and r.stream = '${STREAM.roles}' and ${either('r')}
   group by i.match_key, i.identity_id, r.scope`;

/** The catalogues of all scopes, before and after; a listed role may have no permission at all. */
export async function readRoles({ sql, source, seq }: At): Promise<RoleFact[]> {
  const rows = await sql.query<Row>(ROLES, [source, seq]);
  return rows.map(({ role, identity, scope, ...row }) => ({
    role,
    identity,
    scope,
    before: row.isBefore ? (row.before ?? []) : null,
    after: row.isAfter ? (row.after ?? []) : null,
  }));
}
