/** A change as it is kept: identity ids, never names. Names and attribute values are joined when it is read. */
import type { Cause, ChangeKind, PrincipalKind } from '../access/model.js';
import type { AttributeName, IdentityId, List } from './facts.js';

export type SubjectKind = PrincipalKind | 'role' | 'scope';

/** Between these two moments it happened upstream. */
export interface Window {
  /** Start of the last complete read that still showed the old state; absent where there was none. */
  readonly notSeenAt?: Date;
  /** End of the read that showed the new state. */
  readonly seenAt: Date;
  /** Who stated these reads, without repeats. */
  readonly statedBy: readonly string[];
}

export interface Effective {
  readonly gained: readonly string[];
  readonly lost: readonly string[];
}

/** How many are in a group or unit; null: the source does not say. `known`: the people can be named. */
export interface Members {
  readonly before?: number | null;
  readonly after?: number | null;
  readonly known: boolean;
  /** Where the members changed: what each of them may do by being one, in code-unit order. */
  readonly allows?: readonly string[];
}

export interface Affected {
  readonly id: IdentityId;
  readonly kind: PrincipalKind;
  /** Of people below a unit: the only snapshot in which they are there. */
  readonly presentOnly?: 'before' | 'after';
  readonly members?: Members;
}

/** Where the two values of a changed attribute are to be found; the values themselves are not kept twice. */
export interface AttributeRef {
  readonly name: string;
  readonly before: List & { readonly identity: IdentityId };
  readonly after: List & { readonly identity: IdentityId };
}

/** The other half of what may be one object with a new DN. Never more than a hint. */
export interface Hint {
  readonly sameAs: IdentityId;
  readonly because: Extract<AttributeName, 'name' | 'email'>;
}

/** A step on the ladder of an area, as the last word of the level's key; null: nothing of the area. */
export interface LevelStep {
  readonly before: string | null;
  readonly after: string | null;
}

export interface Told {
  readonly what: ChangeKind;
  readonly cause: Cause;
  readonly subject?: IdentityId;
  readonly kind: SubjectKind;
  /** Key of the scope in which it happened; absent: in every scope that has it, or not in a scope. */
  readonly scope?: string;
  /** For a role whose catalogue entry changed in some of its scopes only. */
  readonly scopes?: readonly string[];
  /** Id of the role. */
  readonly role?: string;
  /** A permission held without a role, or the area whose level changed. */
  readonly permission?: string;
  readonly level?: LevelStep;
  readonly effective?: Effective;
  /** What is held without effect, for want of another permission, only in the later or only in the earlier snapshot. */
  readonly latent?: Effective;
  readonly window: Window;
  readonly members?: Members;
  readonly affected?: readonly Affected[];
  /** Exact, where `affected` may be cut. */
  readonly affectedCount?: number;
  readonly attribute?: AttributeRef;
  readonly hint?: Hint;
}

/** Numbered within its snapshot; its id is "<seq>.<no>". */
export interface ToldChange extends Told {
  readonly no: number;
  readonly partOf?: number;
}

/** Before it has a number: refers to what it is part of as a whole. */
export interface Draft extends Told {
  readonly parent?: Draft;
}
