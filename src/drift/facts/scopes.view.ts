import { type IdentityId, type ScopeFact, STREAM } from '../facts.js';
import { after, type At, before, touched } from './at.js';

const bodyWhere = (condition: string): string => `
  (select r.body from record r
    where r.source = $1 and r.stream = '${STREAM.scopes}' and r.identity_id = i.identity_id and ${condition} limit 1)`;

const SCOPES = `
  select i.match_key as scope, i.identity_id::text as identity,
         ${bodyWhere(before('r'))} as before, ${bodyWhere(after('r'))} as after
    from identity i
   where i.source = $1 and i.name_space = 'scope'
     and (i.match_key = any ($3::text[])
          or i.identity_id in (select r.identity_id from record r
                                where r.source = $1 and r.stream = '${STREAM.scopes}' and ${touched('r')}))`;

/** Scopes whose own record changed, and those that are no longer watched. */
export async function readScopes({ sql, source, seq }: At, left: readonly string[]): Promise<ScopeFact[]> {
  return sql.query<ScopeFact & { identity: IdentityId }>(SCOPES, [source, seq, left]);
}
