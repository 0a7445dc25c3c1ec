import { freshCatalogue, roleName } from './catalogue.js';
import { Directory } from './directory.js';
import { grant, grantsOf, revoke } from './model.js';
import type { EstateAdmin, EstateEntry, EstateRole, EstateSpace, Truth } from './model.js';

export interface EstateOptions {
  /**
   * Whether a summary asked for one device space lists the roles of all of them (true), or only its own. The vendor
   * does not say which; both must be read alike.
   */
  readonly summaryGivesAllSpaces?: boolean;
  readonly serverVersion?: string;
}

export interface NewAdmin {
  readonly userId: string;
  readonly name?: string | null;
  readonly email?: string | null;
  readonly origin?: 'Local' | 'LDAP';
  readonly hasSummary?: boolean;
}

/** DNs are written `CN=…,OU=…,DC=…`, with a backslash before a comma that belongs to a value. */
export interface NewEntry {
  readonly dn: string;
  readonly name: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly email?: string;
}

/** The space every server has. */
export const GLOBAL = 1;

/**
 * One company's EPMM server, in memory: what is so, and everything that may happen to it. It knows nothing of HTTP;
 * see epmm-server.ts and export-answers.ts for the two ways in which it is read.
 */
export class Estate {
  readonly summaryGivesAllSpaces: boolean;
  serverVersion: string;
  readonly #spaces = new Map<number, EstateSpace>();
  readonly #admins = new Map<string, EstateAdmin>();
  readonly #roles: EstateRole[] = freshCatalogue();
  /** The catalogue of a space that has one of its own. */
  readonly #ownRoles = new Map<number, EstateRole[]>();
  readonly #directory = new Directory();

  constructor(options: EstateOptions = {}) {
    this.summaryGivesAllSpaces = options.summaryGivesAllSpaces ?? true;
    this.serverVersion = options.serverVersion ?? 'Simulated 12.1.0.0 Build 1';
    this.addSpace(GLOBAL, 'Global');
    this.addAdmin({ userId: 'misystem', name: null, email: null, hasSummary: false });
  }

  // ── spaces ──

  spaces(): readonly EstateSpace[] {
    return [...this.#spaces.values()];
  }

  hasSpace(id: number): boolean {
    return this.#spaces.has(id);
  }

  space(id: number): EstateSpace {
    return present(this.#spaces.get(id), `device space ${id}`);
  }

  addSpace(id: number, name: string, criteria: string | null = null): void {
    const priority = this.#spaces.size + 1;
    this.#spaces.set(id, { id, name, criteria, priority, deviceCount: 40 * id });
  }

  /** The space, its own catalogue and every right in it. */
  removeSpace(id: number): void {
    this.space(id);
    this.#spaces.delete(id);
    this.#ownRoles.delete(id);
    for (const holder of this.#holders()) holder.rights.delete(id);
  }

  renameSpace(id: number, name: string): void {
    this.space(id).name = name;
  }

  // ── admins ──

  admins(): readonly EstateAdmin[] {
    return [...this.#admins.values()];
  }

  admin(userId: string): EstateAdmin {
    return present(this.#admins.get(userId), `admin ${userId}`);
  }

  addAdmin(admin: NewAdmin): void {
    const { userId } = admin;
    if (this.#admins.has(userId)) throw new Error(`admin ${userId} exists already in the estate`);
    this.#admins.set(userId, {
      userId,
      name: admin.name === undefined ? userId : admin.name,
      email: admin.email === undefined ? `${userId}@example.com` : admin.email,
      origin: admin.origin ?? 'Local',
      hasSummary: admin.hasSummary ?? true,
      rights: new Map(),
    });
  }

  removeAdmin(userId: string): void {
    this.admin(userId);
    this.#admins.delete(userId);
  }

  grantRole(userId: string, space: number, role: number): void {
    this.space(space);
    this.#changed(
      grant(this.admin(userId).rights, space, role),
      `${userId} holds role ${role} in space ${space}`,
    );
  }

  revokeRole(userId: string, space: number, role: number): void {
    this.#changed(
      revoke(this.admin(userId).rights, space, role),
      `${userId} lacks role ${role} in space ${space}`,
    );
  }

  setMail(userId: string, email: string | null): void {
    this.admin(userId).email = email;
  }

  setName(userId: string, name: string | null): void {
    this.admin(userId).name = name;
  }

  setOrigin(userId: string, origin: 'Local' | 'LDAP'): void {
    this.admin(userId).origin = origin;
  }

  // ── role catalogue ──

  /** What the catalogue call for this space answers. */
  catalogue(space: number): readonly EstateRole[] {
    return this.#ownRoles.get(space) ?? this.#roles;
  }

  role(id: number, space = GLOBAL): EstateRole {
    return present(
      this.catalogue(space).find((role) => role.id === id),
      `role ${id} in space ${space}`,
    );
  }

  addRole(id: number, description: string, permissions: readonly string[], category = 'Others'): void {
    this.#roles.push({
      id,
      name: roleName(id),
      category,
      description,
      defaultSpaceOnly: false,
      permissions: [...permissions],
    });
  }

  /** The catalogue loses the role; its holders keep it unless `fromHolders` is set. */
  removeRole(id: number, { fromHolders = false } = {}): void {
    const index = this.#roles.indexOf(this.role(id));
    this.#roles.splice(index, 1);
    if (!fromHolders) return;
    for (const holder of this.#holders())
      for (const space of [...holder.rights.keys()]) revoke(holder.rights, space, id);
  }

  addPermissionToRole(id: number, permission: string): void {
    this.role(id).permissions.push(permission);
  }

  removePermissionFromRole(id: number, permission: string): void {
    const role = this.role(id);
    role.permissions = role.permissions.filter((held) => held !== permission);
  }

  /** From now on the space answers with a catalogue of its own; the others keep the common one. */
  giveSpaceItsOwnCatalogue(space: number, change: (roles: EstateRole[]) => EstateRole[]): void {
    this.space(space);
    this.#ownRoles.set(space, change(structuredClone([...this.catalogue(space)])));
  }

  // ── directory ──

  get ldap(): Directory {
    return this.#directory;
  }

  addLdapUser(entry: NewEntry): void {
    this.#addEntry('USER', entry);
  }

  addLdapGroup(entry: NewEntry, size: number): void {
    this.#addEntry('GROUP', entry).groupSize = size;
  }

  addLdapOu(entry: NewEntry): void {
    this.#addEntry('OU', entry);
  }

  removeLdapUser(dn: string): void {
    this.#directory.remove(dn);
  }

  /** By how many a group grows; negative: shrinks. The server never says who. */
  growGroup(dn: string, by: number): void {
    this.#directory.get(dn).groupSize += by;
  }

  grantLdapRole(dn: string, space: number, role: number): void {
    this.space(space);
    this.#changed(
      grant(this.#directory.get(dn).rights, space, role),
      `${dn} holds role ${role} in space ${space}`,
    );
  }

  revokeLdapRole(dn: string, space: number, role: number): void {
    this.#changed(
      revoke(this.#directory.get(dn).rights, space, role),
      `${dn} lacks role ${role} in space ${space}`,
    );
  }

  setLdapMail(dn: string, email: string | null): void {
    this.#directory.get(dn).email = email;
  }

  moveDn(dn: string, to: string): void {
    this.#directory.move(dn, to);
  }

  /** `n` further directory users, computed when asked for: a million cost no memory. */
  directory(n: number): void {
    this.#directory.generate(n);
  }

  // ── all of it ──

  /** The whole state as plain values, sorted by key. Generated people are only counted. */
  truth(): Truth {
    return {
      spaces: this.spaces().map(({ id, name }) => ({ id, name })),
      roles: this.#roles.map(({ id, category, description, permissions }) => ({
        id,
        category,
        description,
        permissions: [...permissions].sort(),
      })),
      admins: this.admins()
        .map(({ rights, hasSummary: _, ...admin }) => ({ ...admin, grants: grantsOf(rights) }))
        .sort((a, b) => (a.userId < b.userId ? -1 : 1)),
      entries: [...this.#directory.listed()]
        .map((entry) => this.#directory.stated(entry))
        .map(({ dn, type, name, email, memberCount, rights }) => ({
          ...{ dn, type, name, email, memberCount },
          grants: grantsOf(rights),
        }))
        .sort((a, b) => (a.dn < b.dn ? -1 : 1)),
      generatedUsers: this.#directory.generated,
    };
  }

  #addEntry(type: EstateEntry['type'], entry: NewEntry): EstateEntry {
    return this.#directory.add({
      dn: entry.dn,
      type,
      name: entry.name,
      firstName: entry.firstName ?? null,
      lastName: entry.lastName ?? null,
      email: entry.email ?? null,
      groupSize: 0,
      rights: new Map(),
    });
  }

  *#holders(): Generator<EstateAdmin | EstateEntry> {
    yield* this.#admins.values();
    yield* this.#directory.listed();
  }

  /** A step of a story that changes nothing is a mistake of the story. */
  #changed(changed: boolean, already: string): void {
    if (!changed) throw new Error(`nothing to do in the estate: ${already} already`);
  }
}

function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`no ${what} in the estate`);
  return value;
}
