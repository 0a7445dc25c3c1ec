/** What judging gives: violations with their reasons, and for each rule whether it could be judged at all. Pure. */
import type { RiskTier } from '../access/model.js';

export type Severity = Exclude<RiskTier, 'unclassified' | 'protective'>;

/** Whom or what a violation is about: a principal (identity id), a role (role id), or the source as a whole. */
export interface ViolationSubject {
  readonly kind: 'principal' | 'role' | 'source';
  /** Identity id, role id, or the source's name. */
  readonly id: string;
}

export interface Violation {
  readonly rule: string;
  readonly severity: Severity;
  readonly subject: ViolationSubject;
  /** With rule and subject: the identity of the finding. Declared by the rule; often empty. Keys in code-unit order. */
  readonly fields: Readonly<Record<string, string>>;
  /** One sentence without personal names, for the subject's own line. */
  readonly message: string;
  /** The path of each right that matched, by ids; worded when shown. Sorted, without repeats. */
  readonly because: readonly Because[];
  /** Of everything that was matched, as accepted by a waiver: it grows when the match grows. Sorted texts. */
  readonly matched: readonly string[];
}

/** "*Wipe device* from role 7 in space Global, through group Field Ops". */
export interface Because {
  /** Identity id of the holder, where the subject is not the holder: of a source's population. */
  readonly principal?: string;
  readonly permission?: string;
  readonly role?: string;
  readonly scope?: string;
  /** Identity id of a group or unit. */
  readonly through?: string;
  readonly latent?: true;
  /** Where it is no right: `expires never`, `owner not stated`, `4 people of at most 3`. */
  readonly note?: string;
}

export interface Assessment {
  readonly rule: string;
  /** Subjects looked at, and of them in breach or not assessable. */
  readonly judged: number;
  readonly violated: number;
  readonly unassessable: number;
  /** Why something could not be judged; absent where all could. */
  readonly why?: string;
  /** The rule threw: nothing is known of it, and the others go on. */
  readonly error?: string;
  /** Whether what is not violated now may be taken as resolved: false on incomplete data of a presence rule. */
  readonly mayResolve: boolean;
  /**
   * Subjects that could not be judged: their open findings stay as they are, even where the others may resolve.
   * Not listed where nothing may resolve. In the order of kinds and ids.
   */
  readonly undecided?: readonly ViolationSubject[];
}

export interface Verdicts {
  readonly violations: readonly Violation[];
  /** One for each rule of the product, in the order of their ids. */
  readonly assessments: readonly Assessment[];
}
