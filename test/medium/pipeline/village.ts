import { Estate } from '../../../demo/estate/estate.js';
import type { EstateOptions } from '../../../demo/estate/estate.js';

/** A server small enough to know everybody: three spaces, six admins, two of everything a directory has. */
export const GLOBAL = 1;
export const FIELD = 2;
export const SHOPS = 3;

const BASE = 'DC=village,DC=example,DC=com';
/** Holds role 2 in SHOPS; Hal and Ian are in it. */
export const HELPDESK = `OU=Helpdesk,${BASE}`;
/** Holds nothing; Jim is in it. */
export const OFFICE = `OU=Office,${BASE}`;
/** Holds role 7 in FIELD; has nine members. */
export const WIPERS = `CN=Wipers,OU=Groups,${BASE}`;
/** Holds nothing. */
export const EVERYBODY = `CN=Everybody,OU=Groups,${BASE}`;

export const person = (name: string, ou: string): string => `CN=${name},${ou}`;

export function village(options: EstateOptions = {}): Estate {
  const estate = new Estate(options);
  estate.addSpace(FIELD, 'Field');
  estate.addSpace(SHOPS, 'Shops');
  estate.addLdapOu({ dn: HELPDESK, name: 'Helpdesk' });
  estate.addLdapOu({ dn: OFFICE, name: 'Office' });
  estate.addLdapGroup({ dn: WIPERS, name: 'Wipers' }, 9);
  estate.addLdapGroup({ dn: EVERYBODY, name: 'Everybody' }, 40);
  for (const name of ['Hal', 'Ian']) addPerson(estate, name, HELPDESK);
  for (const name of ['Ann', 'Jim']) addPerson(estate, name, OFFICE);
  estate.grantLdapRole(HELPDESK, SHOPS, 2);
  estate.grantLdapRole(WIPERS, FIELD, 7);
  addAdmin(estate, 'root', [GLOBAL, 1], [GLOBAL, 7]);
  addAdmin(estate, 'auditor', [GLOBAL, 1]);
  addAdmin(estate, 'bob', [FIELD, 5], [SHOPS, 5]);
  addAdmin(estate, 'sue', [SHOPS, 2]);
  estate.addAdmin({ userId: 'ann', name: 'Ann', email: 'ann@example.com', origin: 'LDAP' });
  estate.grantRole('ann', FIELD, 2);
  return estate;
}

export function addPerson(estate: Estate, name: string, ou: string, login = name.toLowerCase()): void {
  estate.addLdapUser({ dn: person(name, ou), name: login, firstName: name, email: `${login}@example.com` });
}

export function addAdmin(
  estate: Estate,
  userId: string,
  ...holds: readonly (readonly [number, number])[]
): void {
  estate.addAdmin({ userId });
  for (const [space, role] of holds) estate.grantRole(userId, space, role);
}
