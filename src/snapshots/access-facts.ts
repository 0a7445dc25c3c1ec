import type { NameSpace } from '../access/model.js';

/** One identity that holds a right, lies below one that does, or is linked to one; as stored in the state asked for. */
export interface IdentityFacts {
  readonly identityId: string;
  readonly nameSpace: NameSpace;
  /** As the source sent it; null once erased. */
  readonly key: string | null;
  readonly matchKey: string | null;
  readonly name: string | null;
  /** `LDAP` or `Local`, where its records say so. */
  readonly origin: string | null;
  /** `USER`, `GROUP` or `OU` of a directory entry. */
  readonly type: string | null;
  readonly memberCount: number | null;
  readonly builtIn: boolean;
}

/** A distinct direct grant, of a role or of a single permission, with the lists that state it. */
export interface HeldRight {
  readonly principal: string;
  /** `role:<id>` or `permission:<key>`. */
  readonly target: string;
  readonly inScope: string;
  readonly statedIn: readonly StatedIn[];
}

export interface StatedIn {
  readonly stream: string;
  /** Absent where the list belongs to the whole source. */
  readonly scope?: string;
}

export interface CatalogueRole {
  readonly scope: string;
  readonly role: string;
  readonly description: string | null;
  readonly permissions: readonly string[];
}

/** Directory users below an organisational unit that holds a role. */
export interface PeopleBelow {
  /** Identity of the unit. */
  readonly ou: string;
  readonly count: number;
  /** Identities of the first of them by key; empty where only the count was asked for. */
  readonly listed: readonly string[];
}

export interface RoleWord {
  readonly id: string;
  /** `ROLE_…`, in what holders' records say. */
  readonly name: string | null;
  readonly description: string | null;
}

/** Everything the question "who can do what" needs of one state. */
export interface AccessFacts {
  readonly held: readonly HeldRight[];
  readonly identities: ReadonlyMap<string, IdentityFacts>;
  /** Admin identity → directory entry of the same person. */
  readonly links: ReadonlyMap<string, string>;
  readonly catalogue: readonly CatalogueRole[];
  readonly roleWords: readonly RoleWord[];
  /** Scope key → name. */
  readonly scopeNames: ReadonlyMap<string, string>;
  readonly people: readonly PeopleBelow[];
}
