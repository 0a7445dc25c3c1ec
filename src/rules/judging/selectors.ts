/** Names of rights, as rules write them, and the rights that they mean. */
import type { JudgedRole, Right } from '../../access/judged-state.js';
import { roleOf } from '../../access/permissions.js';
import type { Because } from '../verdicts.js';
import type { Reason } from './outcome.js';

const ROLE = 'role:';
const ROLE_NAMED = 'role-named:';
const ANY = '*';

/** Whether a text is meant by a name that may end in `*`. There are no other patterns. */
export function isMeant(name: string, text: string): boolean {
  return name.endsWith(ANY) ? text.startsWith(name.slice(0, -ANY.length)) : name === text;
}

export function isMeantByOneOf(names: readonly string[], text: string): boolean {
  return names.some((name) => isMeant(name, text));
}

/** A right as a reason. Called for every right that matches: no copies on the way. */
export function pathOf({ permission, role, scope, through, latent }: Right): Because {
  const because: { -readonly [K in keyof Because]: Because[K] } = { scope };
  if (roleOf(permission) === undefined) because.permission = permission;
  if (role !== null) because.role = role;
  if (through !== null) because.through = through.id;
  if (latent) because.latent = true;
  return because;
}

/** What a waiver accepts of it: the right, wherever it comes from. */
export function matchedAs({ permission, scope }: Right): string {
  return `${permission} @ ${scope}`;
}

/** A name of rights and how to find them: `Wipe device`, `device-commands.*`, `role:7`, `role-named:Team Owner`. */
export class Selector {
  constructor(
    readonly name: string,
    private readonly means: (right: Right) => boolean,
    readonly byRole: boolean,
  ) {}

  /** Those of the rights that are meant. */
  in(rights: readonly Right[]): Right[] {
    return rights.filter((right) => this.means(right));
  }

  /** The path of a right that was found by it; of a role, the role alone. */
  reason(right: Right): Reason {
    const because = pathOf(right);
    if (!this.byRole) return { because, matched: matchedAs(right) };
    const { permission: _, latent: __, ...ofRole } = because;
    return { because: ofRole, matched: `${this.called(right)} @ ${right.scope}` };
  }

  /** How the right is called in a sentence. */
  called(right: Right): string {
    return this.byRole && right.role !== null ? `role ${right.role}` : right.permission;
  }
}

/** Makes selectors for one state: roles may be meant by the name they have there. */
export class Selectors {
  private readonly names: ReadonlyMap<string, string>;

  constructor(roles: readonly JudgedRole[]) {
    this.names = new Map(roles.flatMap(({ id, name }) => (name === null ? [] : [[id, name]])));
  }

  of(names: readonly string[]): Selector[] {
    return names.map((name) => this.one(name));
  }

  private one(name: string): Selector {
    if (name.startsWith(ROLE)) {
      const wanted = name.slice(ROLE.length);
      return new Selector(name, ({ role }) => role !== null && isMeant(wanted, role), true);
    }
    if (name.startsWith(ROLE_NAMED)) {
      const wanted = name.slice(ROLE_NAMED.length);
      const means = ({ role }: Right) => role !== null && isMeant(wanted, this.names.get(role) ?? '');
      return new Selector(name, means, true);
    }
    return new Selector(name, ({ permission }) => isMeant(name, permission), false);
  }
}

/** Whether only the catalogue tells what a name means: what roles give, and how they are called. */
export function needsCatalogue(name: string): boolean {
  return name !== ANY && !name.startsWith(ROLE);
}
