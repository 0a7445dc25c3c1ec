/** What `drift` answers, in the words of docs/json/drift.md. A field that does not apply is absent. */
import type { Cause, ChangeKind, PrincipalKind } from '../access/model.js';
import type { Json } from '../sources/source.js';
import type { Effective, Hint, LevelStep, Members, SubjectKind, Window } from './told.js';

/** Somebody or something with its names. One that was erased has neither key nor name. */
export interface Named<K extends string = SubjectKind> {
  readonly kind: K;
  readonly key?: string;
  readonly name?: string;
  readonly erased?: true;
}

export interface NamedScope {
  readonly key: string;
  readonly name?: string;
}

export interface ReportedChange {
  readonly ids: readonly string[];
  readonly what: ChangeKind;
  readonly subject: Named;
  readonly scope?: NamedScope;
  readonly scopes?: readonly NamedScope[];
  readonly role?: { readonly id: string; readonly name?: string };
  readonly permission?: string;
  readonly attribute?: { readonly name: string; readonly before?: Json; readonly after?: Json };
  readonly level?: LevelStep;
  readonly effective?: Effective;
  readonly latent?: Effective;
  readonly cause: Cause;
  readonly window: Window;
  readonly members?: Members;
  readonly affected?: readonly (Named<PrincipalKind> & {
    readonly presentOnly?: 'before' | 'after';
    readonly members?: Members;
  })[];
  readonly affectedCount?: number;
  readonly partOf?: string;
  readonly hint?: { readonly sameAs: Named; readonly because: Hint['because'] };
}

export interface SnapshotRef {
  readonly seq: number;
  readonly recordedAt: Date;
  readonly digest: string;
}

/** What was not watched for a while, by the configuration or because the source did not list it. */
export interface UnwatchedSpan {
  /** Absent: the whole source. */
  readonly scopes?: readonly NamedScope[];
  /** Seq of the last snapshot that saw it, and of the first that did again. */
  readonly lastSeen: number;
  readonly seenAgain: number;
}

export interface DriftReport {
  readonly source: string;
  /** Whose words its rights are in: `ivanti-epmm`, `mambo-emm`. */
  readonly product: string;
  readonly from: SnapshotRef;
  readonly to: SnapshotRef;
  readonly changes: readonly ReportedChange[];
  /** Where what changed is not known; absent where there is none. */
  readonly unwatched?: readonly UnwatchedSpan[];
}
