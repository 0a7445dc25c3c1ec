/** Everything that may happen to an estate, drawn at random: the same seed tells the same history. */
import type { Estate } from '../../../demo/estate/estate.js';
import { addPerson, EVERYBODY, GLOBAL, HELPDESK, OFFICE, WIPERS } from './village.js';

export interface Random {
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number;
  pick<T>(from: readonly T[]): T | undefined;
  chance(of: number): boolean;
}

/** mulberry32: small, seeded, good enough for drawing. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return { below, pick: (from) => from[below(from.length)], chance: (of) => next() < of };
}

type Mutator = (estate: Estate, random: Random, fresh: number) => void;

/** The account that reads stays: its disappearance is held, which has a test of its own. */
const movable = (estate: Estate) =>
  estate.admins().filter(({ userId }) => !['auditor', 'root', 'misystem'].includes(userId));
const entries = (estate: Estate, type: string) =>
  [...estate.ldap.listed()].filter((entry) => entry.type === type);
const ROLES = [1, 2, 5, 7, 8, 16, 27];

const MUTATORS: Readonly<Record<string, Mutator>> = {
  'admin comes': (estate, random, fresh) => {
    const userId = `new${fresh}`;
    estate.addAdmin({ userId, origin: random.chance(0.5) ? 'LDAP' : 'Local' });
    if (random.chance(0.8)) grantAny(estate, random, userId);
  },
  'admin goes': (estate, random) => {
    const admin = random.pick(movable(estate));
    if (admin) estate.removeAdmin(admin.userId);
  },
  'role granted': (estate, random) => {
    const admin = random.pick(movable(estate));
    if (admin) grantAny(estate, random, admin.userId);
  },
  'role revoked': (estate, random) => {
    const admin = random.pick(movable(estate));
    const [space, roles] = random.pick([...(admin?.rights ?? [])]) ?? [];
    const role = random.pick([...(roles ?? [])]);
    if (admin && space !== undefined && role !== undefined) estate.revokeRole(admin.userId, space, role);
  },
  'mail changes': (estate, random, fresh) => {
    const admin = random.pick(movable(estate));
    if (admin) estate.setMail(admin.userId, random.chance(0.2) ? null : `mail${fresh}@example.com`);
  },
  'name changes': (estate, random, fresh) => {
    const admin = random.pick(movable(estate));
    if (admin) estate.setName(admin.userId, `Name ${fresh}`);
  },
  'origin changes': (estate, random) => {
    const admin = random.pick(movable(estate));
    if (admin) estate.setOrigin(admin.userId, admin.origin === 'LDAP' ? 'Local' : 'LDAP');
  },
  'person comes': (estate, random, fresh) => {
    const login = random.chance(0.4) ? random.pick(movable(estate))?.userId : undefined;
    addPerson(estate, `Person${fresh}`, random.chance(0.5) ? HELPDESK : OFFICE, login);
  },
  'person goes': (estate, random) => {
    const entry = random.pick(entries(estate, 'USER'));
    if (entry) estate.removeLdapUser(entry.dn);
  },
  'directory role granted': (estate, random) => {
    const entry = random.pick([...estate.ldap.listed()]);
    const [space, role] = [random.pick(estate.spaces())?.id ?? GLOBAL, random.pick(ROLES) ?? 2];
    if (entry && !entry.rights.get(space)?.has(role)) estate.grantLdapRole(entry.dn, space, role);
  },
  'directory role revoked': (estate, random) => {
    const entry = random.pick([...estate.ldap.listed()].filter(({ rights }) => rights.size > 0));
    const [space, roles] = random.pick([...(entry?.rights ?? [])]) ?? [];
    const role = random.pick([...(roles ?? [])]);
    if (entry && space !== undefined && role !== undefined) estate.revokeLdapRole(entry.dn, space, role);
  },
  'directory mail changes': (estate, random, fresh) => {
    const entry = random.pick(entries(estate, 'USER'));
    if (entry) estate.setLdapMail(entry.dn, `mail${fresh}@example.com`);
  },
  'DN moves': (estate, random, fresh) => {
    const entry = random.pick(entries(estate, 'USER'));
    if (entry) estate.moveDn(entry.dn, `CN=Moved${fresh},${random.chance(0.5) ? HELPDESK : OFFICE}`);
  },
  'group grows': (estate, random) =>
    estate.growGroup(random.chance(0.5) ? WIPERS : EVERYBODY, 1 + random.below(3)),
  'space comes': (estate, random, fresh) => {
    if (estate.spaces().length < 9) estate.addSpace(10 + fresh, `Space ${fresh}`);
  },
  'space goes': (estate, random) => {
    const space = random.pick(estate.spaces().filter(({ id }) => id !== GLOBAL));
    if (space && estate.spaces().length > 6) estate.removeSpace(space.id);
  },
  'space renamed': (estate, random, fresh) => {
    const space = random.pick(estate.spaces());
    if (space) estate.renameSpace(space.id, `Renamed ${fresh}`);
  },
  'role defined': (estate, _random, fresh) =>
    estate.addRole(100 + fresh, `Role ${fresh}`, [`Permission ${fresh}`]),
  'role redefined': (estate, random, fresh) => {
    const role = random.pick(estate.catalogue(GLOBAL));
    if (role) estate.addPermissionToRole(role.id, `Permission ${fresh}`);
  },
  'role narrowed': (estate, random) => {
    const role = random.pick(estate.catalogue(GLOBAL));
    const permission = random.pick(role?.permissions ?? []);
    if (role && permission !== undefined) estate.removePermissionFromRole(role.id, permission);
  },
  'role retired': (estate, random) => {
    const role = random.pick(estate.catalogue(GLOBAL));
    if (role && estate.catalogue(GLOBAL).length > 30)
      estate.removeRole(role.id, { fromHolders: random.chance(0.5) });
  },
};

/** The mutators take numbers for their new names from here, so that no two things ever have the same one. */
export class Fate {
  private fresh = 0;
  readonly told: string[] = [];

  constructor(
    private readonly estate: Estate,
    readonly random: Random,
  ) {}

  strike(): void {
    const [name, mutate] = this.random.pick(Object.entries(MUTATORS)) ?? ['nothing', () => undefined];
    mutate(this.estate, this.random, ++this.fresh);
    this.told.push(name);
  }
}

function grantAny(estate: Estate, random: Random, userId: string): void {
  const [space, role] = [random.pick(estate.spaces())?.id ?? GLOBAL, random.pick(ROLES) ?? 2];
  if (!estate.admin(userId).rights.get(space)?.has(role)) estate.grantRole(userId, space, role);
}
