import type { RiskTier } from '../access/model.js';
import { permissionModelOf } from '../access/permission-model.js';
import { compareTiers } from '../access/risk.js';
import { oneLine } from '../platform/visible.js';
import type { PrincipalView } from './access-principal.js';
import type { AccessRow } from './access-rows.js';

const HIDDEN: Readonly<Record<string, string>> = {
  'ivanti-epmm': 'members of LDAP groups, users of the System Manager, last log-in and use of a right',
  'mambo-emm': 'last log-in, last use of a token or of a right, and who knows the value of a token',
};

/** What no answer of such a source shows; said under every report. */
export function notVisible(product: string): string {
  return `Not visible through this source: ${HIDDEN[product] ?? 'last log-in and use of a right'}.`;
}

/** Who can do what, grouped by principal: whoever holds the worst role first. */
export function accessText(head: string, rows: readonly AccessRow[], product: string): string {
  const principals = [
    ...grouped(rows, (row) => JSON.stringify([row.principal.kind, row.principal.key])).values(),
  ];
  principals.sort(byWorstRole);
  const { scopeWord } = permissionModelOf(product);
  const blocks = principals.map((ofOne) => principalText(ofOne, scopeWord).join('\n'));
  return [head, ...(blocks.length > 0 ? blocks : ['Nobody in this state.']), notVisible(product)].join(
    '\n\n',
  );
}

function principalText(rows: readonly AccessRow[], scopeWord: string): string[] {
  const [first] = rows;
  if (first === undefined) return [];
  const roles = [...grouped(rows, (row) => JSON.stringify([row.role?.id, row.scope.key, row.path])).values()];
  roles.sort(byWorstRole);
  return [principalLine(first.principal), ...roles.flatMap((ofOne) => roleText(ofOne, scopeWord))].map(
    oneLine,
  );
}

function roleText(rows: readonly AccessRow[], scopeWord: string): string[] {
  const [first] = rows;
  if (first === undefined) return [];
  const { role, scope, path } = first;
  const where = `${scopeWord} ${scope.name ?? scope.key}`;
  return [
    `  ${worstOf(rows)}: ${role === undefined ? 'without a role' : roleName(role)}, ${where}, ${path}`,
    `    ${rows.map(permissionText).join(' · ')}`,
  ];
}

function roleName({ id, name }: NonNullable<AccessRow['role']>): string {
  return name === undefined ? `role ${id}` : `${name} (role ${id})`;
}

function permissionText({ permission, latent }: AccessRow): string {
  return latent === undefined ? permission : `${permission} (latent: needs ${latent.needs.join(' and ')})`;
}

const tierOf = ({ role, tier }: AccessRow): RiskTier => role?.tier ?? tier;

function worstOf(rows: readonly AccessRow[]): RiskTier {
  return rows.map(tierOf).sort(compareTiers)[0] ?? 'unclassified';
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
  return compareTiers(worstOf(a), worstOf(b));
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
