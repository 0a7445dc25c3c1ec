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

export async function teamStored(sql: Sql, source = TEAM_SOURCE): Promise<Lists> {
  return listsOf(await sql.query<StoredRow>(STORED, [source]));
}

/** Who holds what: permissions of tokens, roles of members. */
export function teamRights({ tokens, members }: Team): [holder: string, right: string][] {
  return [
    ...tokens.flatMap(({ id, held }) =>
      permissionsOfAreas(held).map((permission): [string, string] => [id, `permission:${permission}`]),
    ),
    ...members.flatMap(({ id, roles }) => roles.map((role): [string, string] => [id, role])),
  ];
}

export async function teamUntruths(sql: Sql, team: Team, source = TEAM_SOURCE): Promise<string[]> {
  const is = new Set(teamRights(team).map(([holder, right]) => `${holder} holds ${right} in ${team.key}`));
  return [
    ...listDifferences(teamUpstream(team), await teamStored(sql, source)),
    ...grantsUnlike(is, new Set(await storedGrants(sql, source))),
  ];
}
