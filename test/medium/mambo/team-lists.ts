/** What every list of a team says upstream and what the store says it says, in one form. */
import type { Team } from '../../../demo/estate/team.js';
import { permissionsOfAreas } from '../../../src/access/mambo-emm.js';
import type { Sql } from '../../../src/platform/tx.js';
import { TEAM_SOURCE } from '../../support/team-pipeline.js';
import {
  type Entry,
  grantsUnlike,
  listDifferences,
  type Lists,
  listsOf,
  storedGrants,
  type StoredRow,
} from '../pipeline/lists.js';

export function teamUpstream({ key, tokens, roles, members }: Team): Lists {
  return new Map([
    [
      `access_tokens/${key}`,
      entries(tokens, (token) => ({
        rights: permissionsOfAreas(token.held),
        content: JSON.stringify([token.createdAt, token.expiresAt, token.lastRotatedAt]),
        person: JSON.stringify([token.name, token.owner, token.createdBy]),
      })),
    ],
    [
      `roles/${key}`,
      entries(roles, ({ name, held }) => ({
        rights: permissionsOfAreas(held),
        content: JSON.stringify(name),
        person: null,
      })),
    ],
    [
      `members/${key}`,
      entries(members, (member) => ({
        rights: [...member.roles].sort(),
        content: '',
        person: JSON.stringify([member.name, member.email]),
      })),
    ],
  ]);
}

function entries<T extends { readonly id: string }>(
  things: readonly T[],
  entryOf: (thing: T) => Entry,
): ReadonlyMap<string, Entry> {
  return new Map(things.map((thing) => [thing.id, entryOf(thing)]));
}

const STORED = `
  select r.stream || '/' || r.scope as list, i.match_key as key,
         array(select jsonb_array_elements_text(r.body -> case r.stream when 'members' then 'roles' else 'permissions' end))
           as rights,
         case r.stream
           when 'access_tokens' then jsonb_build_array(r.body -> 'createdAt', r.body -> 'expiresAt', r.body -> 'lastRotatedAt')
           when 'roles' then r.body -> 'name'
         end as content,
         case r.stream
           when 'access_tokens' then jsonb_build_array(r.personal -> 'name', r.personal -> 'owner', r.personal -> 'createdBy')
           when 'members' then jsonb_build_array(r.personal -> 'name', r.personal -> 'email')
         end as person
    from record r join identity i on i.source = r.source and i.identity_id = r.identity_id
   where r.source = $1 and r.until_seq is null`;

export async function teamStored(sql: Sql): Promise<Lists> {
  return listsOf(await sql.query<StoredRow>(STORED, [TEAM_SOURCE]));
}

export async function teamUntruths(sql: Sql, team: Team): Promise<string[]> {
  const holding = (key: string, rights: readonly string[]) =>
    rights.map((right) => `${key} holds ${right} in ${team.key}`);
  const is = new Set([
    ...team.tokens.flatMap(({ id, held }) =>
      holding(
        id,
        permissionsOfAreas(held).map((permission) => `permission:${permission}`),
      ),
    ),
    ...team.members.flatMap(({ id, roles }) => holding(id, roles)),
  ]);
  return [
    ...listDifferences(teamUpstream(team), await teamStored(sql)),
    ...grantsUnlike(is, new Set(await storedGrants(sql, TEAM_SOURCE))),
  ];
}
