import { compareTiers } from '../access/risk.js';
import { oneLine } from '../platform/visible.js';
import type { PrincipalView } from './access-principal.js';
import type { AccessRow } from './access-rows.js';

/** What no answer of this source shows; said under every report. */
export const NOT_VISIBLE =
  'Not visible through this source: members of LDAP groups, users of the System Manager, last log-in and use of a right.';

/** Who can do what, grouped by principal: whoever holds the worst role first. */
export function accessText(head: string, rows: readonly AccessRow[]): string {
  const principals = [
    ...grouped(rows, (row) => JSON.stringify([row.principal.kind, row.principal.key])).values(),
  ];
  principals.sort(byWorstRole);
  const blocks = principals.map((ofOne) => principalText(ofOne).join('\n'));
  return [head, ...(blocks.length > 0 ? blocks : ['Nobody in this state.']), NOT_VISIBLE].join('\n\n');
}

function principalText(rows: readonly AccessRow[]): string[] {
  const [first] = rows;
  if (first === undefined) return [];
  const roles = [...grouped(rows, (row) => JSON.stringify([row.role.id, row.scope.key, row.path])).values()];
  roles.sort(byWorstRole);
  return [principalLine(first.principal), ...roles.flatMap(roleText)].map(oneLine);
}

function roleText(rows: readonly AccessRow[]): string[] {
  const [first] = rows;
  if (first === undefined) return [];
  const { role, scope, path } = first;
  const name = role.name === undefined ? `role ${role.id}` : `${role.name} (role ${role.id})`;
  const where = scope.name === undefined ? `space ${scope.key}` : `space ${scope.name}`;
  return [
    `  ${role.tier}: ${name}, ${where}, ${path}`,
    `    ${rows.map((row) => row.permission).join(' · ')}`,
  ];
}

function principalLine(principal: PrincipalView): string {
  const { key, name, kind, dn, ownAccount, linked, members } = principal;
  const shown =
    key === undefined ? 'an erased person' : name === undefined || name === key ? key : `${name} (${key})`;
  const remarks = [
    WORDS[kind] + (linked === false ? ', not linked to an entry' : ''),
    ...(dn === undefined ? [] : [dn]),
    ...(ownAccount ? ['the account this source is read with'] : []),
    ...(members === undefined ? [] : [membersText(members)]),
  ];
  return `${shown}: ${remarks.join('; ')}`;
}

const WORDS: Readonly<Record<PrincipalView['kind'], string>> = {
  'local-admin': 'local admin',
  'directory-user': 'directory user',
  'ldap-group': 'LDAP group',
  'ldap-ou': 'LDAP organisational unit',
  member: 'member',
  'access-token': 'access token',
  'built-in': 'built-in account',
};

function membersText({ count, known, below }: NonNullable<PrincipalView['members']>): string {
  const stated = count === undefined ? 'number of people not stated' : `${count} people`;
  if (known) return stated;
  return below === undefined ? `${stated}, unknown` : `${stated}, unknown (${below} seen below it)`;
}

function byWorstRole(a: readonly AccessRow[], b: readonly AccessRow[]): number {
  const [worstOfA, worstOfB] = [a, b].map((rows) => rows.map(({ role }) => role.tier).sort(compareTiers)[0]);
  return worstOfA === undefined || worstOfB === undefined ? 0 : compareTiers(worstOfA, worstOfB);
}

function grouped(rows: readonly AccessRow[], keyOf: (row: AccessRow) => string): Map<string, AccessRow[]> {
  const groups = new Map<string, AccessRow[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return groups;
}
