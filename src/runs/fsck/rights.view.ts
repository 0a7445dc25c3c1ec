import type { SourceCheck } from './check.js';
import { badRowsOf } from './bad-rows.view.js';
import { FIRST, SHOWN } from './kept.js';

const array = (json: string): string =>
  `case when jsonb_typeof(${json}) = 'array' then ${json} else '[]' end`;
const during = `range_agg(int4range(greatest(from_seq, ${FIRST}), until_seq)) as during`;

/** Tokens and members state what they hold in the team whose lists they are in. */
const OF_TEAM = `and i.name_space in ('token', 'member')`;

/** Compares when each grant is stated by records with when it is stored, over all the time that is kept: one range each. */
const GRANTS = `
  with said as (
    select r.stream, r.scope, r.identity_id, r.identity_id as principal, 'role:' || (role ->> 'id') as target,
           held ->> 'spaceId' as in_scope, r.from_seq, r.until_seq
      from record r
     cross join jsonb_array_elements(${array(`r.body -> 'spaceRoles'`)}) as held
     cross join jsonb_array_elements(${array(`held -> 'roles'`)}) as role
     where r.source = $1 and ${SHOWN('r')}
     union all
    select r.stream, r.scope, r.identity_id, r.identity_id, 'permission:' || permission, r.scope, r.from_seq, r.until_seq
      from record r join identity i on i.source = r.source and i.identity_id = r.identity_id ${OF_TEAM}
     cross join jsonb_array_elements_text(${array(`r.body -> 'permissions'`)}) as permission
     where r.source = $1 and ${SHOWN('r')}
     union all
    select r.stream, r.scope, r.identity_id, r.identity_id, 'role:' || role, r.scope, r.from_seq, r.until_seq
      from record r join identity i on i.source = r.source and i.identity_id = r.identity_id ${OF_TEAM}
     cross join jsonb_array_elements_text(${array(`r.body -> 'roles'`)}) as role
     where r.source = $1 and ${SHOWN('r')}),
  stated as (select stream, scope, identity_id, principal, target, in_scope, ${during} from said group by 1, 2, 3, 4, 5, 6),
  stored as (select stream, scope, identity_id, principal, target, in_scope, ${during} from grant_ g where source = $1 and ${SHOWN('g')} group by 1, 2, 3, 4, 5, 6)
  select stream, scope, identity_id::text, principal::text, target, in_scope,
         'it is stored for ' || coalesce(stored.during::text, 'no snapshot') || ', but its record states it for '
           || coalesce(stated.during::text, 'none') as says
    from stated full join stored using (stream, scope, identity_id, principal, target, in_scope)
   where stated.during is distinct from stored.during
   order by stream, scope, identity_id, target, in_scope`;

const ROLE_PERMISSIONS = `
  with said as (
    select r.scope, i.match_key as role, permission, r.from_seq, r.until_seq
      from record r join identity i on i.source = r.source and i.identity_id = r.identity_id
     cross join jsonb_array_elements_text(${array(`r.body -> 'permissions'`)}) as permission
     where r.source = $1 and r.stream = 'roles' and ${SHOWN('r')}),
  stated as (select scope, role, permission, ${during} from said group by 1, 2, 3),
  stored as (select scope, role, permission, ${during} from role_permission p where source = $1 and ${SHOWN('p')} group by 1, 2, 3)
  select scope, role, permission,
         'it is stored for ' || coalesce(stored.during::text, 'no snapshot') || ', but the catalogue states it for '
           || coalesce(stated.during::text, 'none') as says
    from stated full join stored using (scope, role, permission)
   where stated.during is distinct from stored.during
   order by scope, role, permission`;

/** What decides whether a shrink is held counts the records that state a right. */
const BEARING = `
  select stream, scope, identity_id::text, from_seq,
         'it is marked as stating ' || case when bears_right then 'a right' else 'no right' end || ', and that is not so' as says
    from record r
   where source = $1
     and bears_right <> (jsonb_path_exists(body, '$.spaceRoles[*].roles[*]') or jsonb_path_exists(body, '$.permissions[*]')
                          or stream <> 'roles' and jsonb_path_exists(body, '$.roles[*]'))
   order by from_seq, stream, scope, r.identity_id`;

export const rightsCheck: SourceCheck = {
  id: 'rights',
  invariant: 'grants and role permissions are exactly those that the records of the same time state',
  proves: 'who can do what follows from what was read, and from nothing else',
  run: (sql, source) =>
    badRowsOf(sql, source, [
      { table: 'grant_', query: GRANTS },
      { table: 'role_permission', query: ROLE_PERMISSIONS },
      { table: 'record', query: BEARING },
    ]),
};
