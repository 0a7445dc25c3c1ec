/** Northwind Mobile: a made-up company of 300 people, three device spaces and fifteen admins. */
import { Estate, GLOBAL } from './estate.js';
import type { EstateOptions, NewAdmin } from './estate.js';

export const FIELD_SERVICE = 2;
export const RETAIL = 3;

const BASE = 'DC=northwind,DC=example,DC=com';
const STAFF = `OU=Staff,${BASE}`;
/** Holds roles; its people can be computed from their DNs. */
export const HELPDESK_OU = `OU=Helpdesk,${STAFF}`;
/** Holds the right to wipe devices; nobody can say who is in it, only how many. */
export const FIELD_OPS_GROUP = `CN=Field Ops,OU=Groups,${BASE}`;

/** How many people the directory has on the first day. */
export const PEOPLE = 300;

/** Seven people of one agency, all with local accounts. */
export const CONTRACTORS = ['arno', 'bibi', 'cleo', 'dirk', 'edda', 'fido', 'gina'].map(
  (name) => `ext.${name}`,
);

const FIRST = 'Ada Ben Cara Dan Eva Finn Gia Hugo Ida Jon Kim Leo Mia Ned Ola Pia Quin Rosa Sam Tess'.split(
  ' ',
);
const LAST =
  'Abbey Birch Cole Dunn Elm Frost Grove Hale Ives Jay Knoll Lake Moss North Oak Pond Quill Reed Stone Thorne'.split(
    ' ',
  );
const DEPARTMENTS = ['Warehouse', 'Stores', 'Field Service', 'Office'];
const HELPDESK_PEOPLE = 12;

/** Every role of the set-up admin, as on a freshly installed server. */
const SETUP_ROLES = [1, 3, 4, 6, 7, 8, 9, 10, 11, 14, 16, 17, 19, 22, 25, 27, 28, 29, 34];

type Assignment = readonly [space: number, roles: readonly number[]];

const ADMINS: readonly (NewAdmin & { readonly holds: readonly Assignment[] })[] = [
  { userId: 'miadmin', holds: [[GLOBAL, SETUP_ROLES]] },
  { userId: 'auditor', name: 'Rolewatch', email: 'security@example.com', holds: [[GLOBAL, [1, 31]]] },
  ldapAdmin(0, [[GLOBAL, [1, 16, 25, 31]]]),
  ldapAdmin(1, [[GLOBAL, [27, 31]]]),
  ldapAdmin(2, [[FIELD_SERVICE, [2, 4, 31]]]),
  ldapAdmin(3, [[FIELD_SERVICE, [2, 5]], [RETAIL, [2]]]), // prettier-ignore
  ldapAdmin(4, [[GLOBAL, [17, 19, 22]]]),
  { userId: 'kiosk-setup', name: 'Kiosk set-up', email: null, holds: [[RETAIL, [8, 13]]] },
  ...CONTRACTORS.map((userId) => ({ userId, holds: [[RETAIL, [2, 5]]] as const })),
];

export function northwind(options: EstateOptions = {}): Estate {
  const estate = new Estate(options);
  estate.addSpace(FIELD_SERVICE, 'Field Service', '"common.platform" = "Android"');
  estate.addSpace(RETAIL, 'Retail Stores', '"user.ldap.groups.name" = "Stores"');
  addDirectory(estate);
  for (const { holds, ...admin } of ADMINS) {
    estate.addAdmin(admin);
    for (const [space, roles] of holds) for (const role of roles) estate.grantRole(admin.userId, space, role);
  }
  return estate;
}

/** The DN of the `index`th person (0 …): the first twelve work at the helpdesk. */
export function personDn(index: number): string {
  return `CN=${fullName(index).join(' ')},${unitOf(index)}`;
}

/** Their log-in name, which is also their user id where they are admins. */
export function personLogin(index: number): string {
  return fullName(index).join('.').toLowerCase();
}

/** Hires the `index`th person. */
export function hire(estate: Estate, index: number): void {
  const [firstName, lastName] = fullName(index);
  const name = personLogin(index);
  estate.addLdapUser({ dn: personDn(index), name, firstName, lastName, email: `${name}@example.com` });
}

function addDirectory(estate: Estate): void {
  estate.addLdapOu({ dn: STAFF, name: 'Staff' });
  estate.addLdapOu({ dn: HELPDESK_OU, name: 'Helpdesk' });
  for (const name of DEPARTMENTS) estate.addLdapOu({ dn: `OU=${name},${STAFF}`, name });
  estate.addLdapGroup({ dn: FIELD_OPS_GROUP, name: 'Field Ops' }, 9);
  estate.addLdapGroup({ dn: `CN=Everybody,OU=Groups,${BASE}`, name: 'Everybody' }, PEOPLE);
  estate.addLdapGroup({ dn: `CN=Pickers\\, Packers,OU=Groups,${BASE}`, name: 'Pickers, Packers' }, 41);
  for (let index = 0; index < PEOPLE; index++) hire(estate, index);
  estate.grantLdapRole(HELPDESK_OU, RETAIL, 2);
  estate.grantLdapRole(HELPDESK_OU, RETAIL, 5);
  estate.grantLdapRole(FIELD_OPS_GROUP, FIELD_SERVICE, 7);
}

function ldapAdmin(index: number, holds: readonly Assignment[]): (typeof ADMINS)[number] {
  const userId = personLogin(index);
  return { userId, name: fullName(index).join(' '), origin: 'LDAP', holds };
}

/** Different for the first 400 people. */
function fullName(index: number): [first: string, last: string] {
  const first = FIRST[index % FIRST.length] ?? '';
  const last = LAST[(index + Math.floor(index / FIRST.length)) % LAST.length] ?? '';
  return [first, last];
}

function unitOf(index: number): string {
  if (index < HELPDESK_PEOPLE) return HELPDESK_OU;
  return `OU=${DEPARTMENTS[index % DEPARTMENTS.length] ?? ''},${STAFF}`;
}
