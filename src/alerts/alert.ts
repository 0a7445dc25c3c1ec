/** What can be worth telling, and what is kept of it: ids, never names. */
import type { Cause, ChangeKind, PrincipalKind, RiskTier } from '../access/model.js';
import { compareTiers, treatedAs } from '../access/risk.js';
import type { IdentityId } from '../drift/facts.js';
import type { Members } from '../drift/told.js';
import type { Because, Severity, ViolationSubject } from '../rules/verdicts.js';

/** Closed list (docs/glossary.md). */
export const ALERT_KINDS = [
  'first-read',
  'principal-appeared',
  'right-gained',
  'members-gained',
  'role-defined',
  'role-redefined',
  'protective-lost',
  'last-holder-lost',
  'built-in-holds-role',
  'list-held',
  'finding-opened',
  'finding-reopened',
  'run-failed',
  'source-paused',
  'source-silent',
  'retention-failing',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** Worst first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const satisfies readonly Severity[];

/** Whether something of this tier is at or above `least`. */
export function isAtLeast(tier: RiskTier, least: Severity): boolean {
  return compareTiers(tier, least) <= 0;
}

/** The severity of what has this tier; of what protects, none of its own. */
export function severityOf(tier: RiskTier): Severity {
  const treated = treatedAs(tier);
  return treated === 'protective' ? 'high' : treated;
}

/** A right or role that a principal gained, and what it newly allows. */
export interface StoredGain {
  readonly what: ChangeKind;
  readonly cause: Cause;
  readonly tier: RiskTier;
  readonly role?: string;
  readonly permission?: string;
  readonly scope?: string;
  /** Net: empty where the principal could do all of it before. */
  readonly gained: readonly string[];
  /** Came without effect, for want of another right. */
  readonly latent?: readonly string[];
}

export interface StoredHolder {
  readonly identity: IdentityId;
  /** Either a role, or a permission that is held by itself. */
  readonly role?: string;
  readonly permission?: string;
  readonly scope: string;
  readonly tier: RiskTier;
}

/** As in drift/told.ts, in JSON. */
export interface StoredWindow {
  readonly notSeenAt?: string;
  readonly seenAt: string;
  readonly statedBy: readonly string[];
}

export interface StoredFinding {
  readonly id: string;
  readonly rule: string;
  readonly title: string;
  readonly subject: ViolationSubject;
  readonly message: string;
  readonly because: readonly Because[];
}

/** Only the fields of the alert's kind are there. */
export interface AlertBody {
  readonly subject?: IdentityId;
  readonly subjectKind?: PrincipalKind;
  readonly gains?: readonly StoredGain[];
  /** Gains of the same principal below what is told. */
  readonly lesserGains?: number;
  readonly holders?: readonly StoredHolder[];
  readonly role?: string;
  readonly permission?: string;
  /** Keys of the scopes it is about; absent: every scope. */
  readonly scopes?: readonly string[];
  readonly gained?: readonly string[];
  readonly lost?: readonly string[];
  readonly members?: Members;
  /** Who is affected: listed up to LISTED_PEOPLE, counted exactly. */
  readonly people?: readonly IdentityId[];
  readonly peopleCount?: number;
  readonly window?: StoredWindow;
  /** Numbers of its changes within the snapshot. */
  readonly changes?: readonly number[];
  readonly stream?: string;
  readonly count?: number;
  readonly why?: string;
  /** When a run failed, a source was paused, or was last read; when retention last succeeded. */
  readonly at?: string;
  /** It is about the store as a whole: kept with the first source, since each alert is of one, and told to whoever hears of all. */
  readonly store?: true;
  readonly finding?: StoredFinding;
}

export interface AlertDraft {
  readonly kind: AlertKind;
  readonly severity: Severity;
  readonly body: AlertBody;
}

/** An alert names at most this many of those affected; the count beside them is exact. */
export const LISTED_PEOPLE = 20;

/** Of those who hold one right in one scope, a first read names so many; the count of all is exact. */
export const LISTED_HOLDERS = 100;
