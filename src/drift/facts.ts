/**
 * What explaining needs to know about two neighbouring snapshots, `before` and `after`. The facts are read by
 * facts.view.ts, which narrows them to what changed: their number follows the change, not the size of the source.
 */
import type { NameSpace, PrincipalKind } from '../access/model.js';
import type { PermissionModel } from '../access/permission-model.js';
import type { Json } from '../sources/source.js';

/** Decimal text: PostgreSQL's bigint does not fit a number. */
export type IdentityId = string;

/** One (stream, scope). */
export interface List {
  readonly stream: string;
  readonly scope: string;
}

export const sameList = (a: List, b: List): boolean => a.stream === b.stream && a.scope === b.scope;

/** The lists that drift tells apart, by the names every source gives them; a source has not all of them. */
export const STREAM = {
  scopes: 'device_spaces',
  admins: 'user_summary',
  directory: 'ldap_entity_summary',
  roles: 'roles',
} as const;

/** Of a scope that is no longer watched, the first of these lists that it has says until when it was. */
export const LISTS_OF_HOLDERS = [STREAM.admins, 'access_tokens', 'members'] as const;

/** When a list was read, for windows and for silence about first reads. */
export interface Reading {
  readonly list: List;
  /** Had a complete read before this snapshot. False: everything it states now is first read, and not told. */
  readonly known: boolean;
  /** Start of the last complete read before this snapshot, and who stated it. */
  readonly provenFrom: Date | null;
  readonly provenBy: string | null;
  /** End of the read of this snapshot, and who stated it. */
  readonly readTo: Date | null;
  readonly statedBy: string | null;
}

/** A closing that an earlier read already asked for, and that was held: that read no longer showed the old state. */
export interface HeldFact {
  readonly list: List;
  readonly identity: IdentityId;
  /** Start of the last complete read in which it was not held back, and who stated it. */
  readonly provenFrom: Date | null;
  readonly provenBy: string | null;
}

export interface IdentityFact {
  readonly id: IdentityId;
  readonly nameSpace: NameSpace;
  readonly kind: PrincipalKind;
  /** Has an open record. */
  readonly before: boolean;
  readonly after: boolean;
  /** Lists that state it before or after; `touched`: that list's record changed. */
  readonly statedIn: readonly (List & { readonly touched: boolean })[];
  /** For hints only: name and mail address, in lower case. */
  readonly name: string | null;
  readonly email: string | null;
}

export interface LinkFact {
  readonly identity: IdentityId;
  readonly to: IdentityId;
  readonly before: boolean;
  readonly after: boolean;
}

/** A distinct direct grant of an unlinked identity. */
export interface GrantFact {
  readonly principal: IdentityId;
  readonly target: string;
  readonly inScope: string;
  /** In force (snapshots/grants.view.ts). */
  readonly before: boolean;
  readonly after: boolean;
  /** Lists that began, and that ceased, to state it with this snapshot. */
  readonly opened: readonly List[];
  readonly closed: readonly List[];
}

/** One role in the catalogue of one scope: its permissions, or null where it is not listed. */
export interface RoleFact {
  readonly role: string;
  readonly identity: IdentityId;
  readonly scope: string;
  readonly before: readonly string[] | null;
  readonly after: readonly string[] | null;
}

/** A value as one list states it; absent: that list has no such record, or did not store this field. */
export interface Stated<T> {
  readonly list: List;
  readonly identity: IdentityId;
  readonly before?: T;
  readonly after?: T;
  /** The snapshot with which this list went over to `before`; absent: it has had it from the first on, or nobody asks. */
  readonly since?: number;
  /** When the list was last read, as of either snapshot: the latest read decides. */
  readonly readBefore: Date | null;
  readonly readAfter: Date | null;
}

export interface People {
  readonly count: number;
  /** At most LISTED_PEOPLE of them. */
  readonly listed: readonly IdentityId[];
}

/** A change names at most this many people below a unit; the count beside them is exact. */
export const LISTED_PEOPLE = 100;

/** Directory users below an organisational unit, by their DNs. */
export interface BelowFact {
  readonly before: People;
  readonly after: People;
  readonly appeared: People;
  readonly vanished: People;
  /** Lists that told of those who appeared or vanished. */
  readonly touched: readonly List[];
}

/** A group or organisational unit that holds rights. */
export interface UnitFact {
  readonly id: IdentityId;
  /** The source's own count of members, per list. */
  readonly counts: readonly Stated<number | null>[];
  /** Null for a group: its members cannot be seen. */
  readonly below: BelowFact | null;
}

export interface ScopeFact {
  readonly scope: string;
  readonly identity: IdentityId | null;
  readonly before: Readonly<Record<string, Json>> | null;
  readonly after: Readonly<Record<string, Json>> | null;
}

/** What lists state of a principal beside its rights: of people, and of access tokens. */
export const ATTRIBUTES = [
  'name',
  'email',
  'origin',
  'owner',
  'createdBy',
  'createdAt',
  'expiresAt',
  'lastRotatedAt',
] as const;
export type AttributeName = (typeof ATTRIBUTES)[number];

export interface AttributeFact {
  readonly attribute: AttributeName;
  readonly stated: readonly Stated<string | null>[];
}

/** All that some principal holds in one scope, together with whoever is linked to him. Nobody is named: sets that are equal are one. */
export interface HeldSet {
  readonly inScope: string;
  readonly targets: readonly string[];
  /** Of a group or unit: who is in it may hold elsewhere what is missing here. */
  readonly byUnit: boolean;
  readonly before: boolean;
  readonly after: boolean;
}

export interface Facts {
  /** How the permissions of the source's product relate. */
  readonly model: PermissionModel;
  /** When the later snapshot was recorded: the end of a window that no read ended. */
  readonly recordedAt: Date;
  /** Scopes that are no longer watched as of the later snapshot, and why. */
  readonly left: ReadonlyMap<string, 'scope' | 'configuration'>;
  readonly readings: readonly Reading[];
  readonly held: readonly HeldFact[];
  readonly identities: readonly IdentityFact[];
  readonly links: readonly LinkFact[];
  /** Every grant, changed or not, of each principal that has a changed one, holds a changed role, or is in `units`. */
  readonly grants: readonly GrantFact[];
  /** The catalogues, changed or not. */
  readonly roles: readonly RoleFact[];
  readonly units: readonly UnitFact[];
  readonly scopes: readonly ScopeFact[];
  readonly attributes: readonly AttributeFact[];
  readonly heldByAnybody: readonly HeldSet[];
}
