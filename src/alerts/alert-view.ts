/** Alerts with names: what people and programs read (docs/json/alerts.md). */
import type { Cause, ChangeKind, PrincipalKind, RiskTier } from '../access/model.js';
import type { IdentityId } from '../drift/facts.js';
import type { Members } from '../drift/told.js';
import type { Because, Severity } from '../rules/verdicts.js';
import type { AlertBody, AlertKind, StoredGain, StoredHolder, StoredWindow } from './alert.js';

/** Somebody or something by its name as of the alert's snapshot; erased people have neither. */
export interface Named {
  readonly key?: string;
  readonly name?: string;
}

export interface NamedRole {
  readonly id: string;
  readonly name?: string;
}

export interface NamedScope {
  readonly key: string;
  readonly name?: string;
  /** What its source calls its scopes, where this one has no name: `space`, `team`. */
  readonly word?: string;
}

/** One high-risk role, or permission, in one scope, and who holds it. */
export interface AlertHolder {
  readonly principal: Named;
  readonly role?: NamedRole;
  readonly permission?: string;
  readonly scope: NamedScope;
  readonly tier: RiskTier;
}

export interface AlertGain {
  readonly what: ChangeKind;
  readonly cause: Cause;
  readonly tier: RiskTier;
  readonly role?: NamedRole;
  readonly permission?: string;
  readonly scope?: NamedScope;
  readonly gained: readonly string[];
  readonly latent?: readonly string[];
}

/** Why a rule is broken: the path of a right, or a note. */
export interface AlertBecause {
  /** Who holds it, where that is not the subject: of a source's population. */
  readonly principal?: Named;
  readonly permission?: string;
  readonly role?: NamedRole;
  readonly scope?: NamedScope;
  readonly through?: Named;
  readonly latent?: true;
  readonly note?: string;
}

export interface AlertFinding {
  readonly id: string;
  readonly rule: string;
  readonly title: string;
  readonly subject: Named & { readonly kind: 'principal' | 'role' | 'source' };
  readonly message: string;
  readonly because: readonly AlertBecause[];
}

/** Only the fields of its kind are there. */
export interface AlertView {
  /** `<seq>.<no>` */
  readonly id: string;
  readonly kind: AlertKind;
  readonly severity: Severity;
  readonly subject?: Named & { readonly kind: PrincipalKind };
  readonly gains?: readonly AlertGain[];
  readonly lesserGains?: number;
  readonly holders?: readonly AlertHolder[];
  readonly role?: NamedRole;
  readonly permission?: string;
  readonly scopes?: readonly NamedScope[];
  readonly gained?: readonly string[];
  readonly lost?: readonly string[];
  readonly members?: Members;
  readonly people?: readonly Named[];
  readonly peopleCount?: number;
  readonly window?: StoredWindow;
  /** Ids of its changes, as `drift` gives them. */
  readonly changes?: readonly string[];
  readonly stream?: string;
  readonly count?: number;
  readonly why?: string;
  readonly at?: string;
  /** It is about the store as a whole, and no single source. */
  readonly store?: true;
  readonly finding?: AlertFinding;
  readonly acknowledged?: AcknowledgedBy;
}

/** Who said that they are on it, when, and what they do. */
export interface AcknowledgedBy {
  readonly actor: string;
  readonly reason: string;
  readonly at: string;
}

/** An alert as it is kept. */
export interface StoredAlert {
  readonly no: number;
  readonly kind: AlertKind;
  readonly severity: Severity;
  readonly body: AlertBody;
}

export interface KnownName {
  readonly key: string | null;
  readonly name: string | null;
}

export interface Names {
  readonly identities: ReadonlyMap<IdentityId, KnownName>;
  /** By `role:<id>` and `scope:<key>`. */
  readonly keyed: ReadonlyMap<string, string>;
  /** What the source calls its scopes. */
  readonly scopeWord: string;
  /** Reasons that are put into names already: many findings share them. */
  readonly said: WeakMap<readonly Because[], readonly AlertBecause[]>;
}

/** Every identity that an alert names, without repeats. */
export function identitiesIn({ body }: StoredAlert): IdentityId[] {
  const { subject, holders = [], people = [], finding } = body;
  const ids = [
    ...(subject === undefined ? [] : [subject]),
    ...holders.map(({ identity }) => identity),
    ...people,
    ...(finding?.subject.kind === 'principal' ? [finding.subject.id] : []),
    ...(finding?.because ?? []).flatMap(({ principal, through }) => [principal, through]),
  ];
  return [...new Set(ids.filter((id) => id !== undefined))];
}

/** Every role and scope that an alert names, by key. */
export function keysIn({ body }: StoredAlert): string[] {
  const { gains = [], holders = [], role, scopes = [], finding } = body;
  const keys = [
    role,
    ...scopes,
    ...gains.flatMap((gain) => [gain.role, gain.scope]),
    ...holders.flatMap((holder) => [holder.role, holder.scope]),
    ...(finding?.because ?? []).flatMap((because) => [because.role, because.scope]),
    finding?.subject.kind === 'role' ? finding.subject.id : undefined,
  ];
  return [...new Set(keys.filter((key) => key !== undefined))];
}

/** Puts the names to the ids of an alert. */
export function viewOf(seq: number, stored: StoredAlert, names: Names): AlertView {
  const { no, kind, severity, body } = stored;
  const { subject, subjectKind, gains, holders, role, scopes, people, changes, finding, ...rest } = body;
  return {
    id: `${seq}.${no}`,
    kind,
    severity,
    ...(subject !== undefined && {
      subject: { kind: subjectKind ?? 'directory-user', ...named(subject, names) },
    }),
    ...(gains && { gains: gains.map((gain) => gainOf(gain, names)) }),
    ...(holders && { holders: holders.map((holder) => holderOf(holder, names)) }),
    ...(role !== undefined && { role: roleOf(role, names) }),
    ...(scopes?.length && { scopes: scopes.map((key) => scopeOf(key, names)) }),
    ...(people && { people: people.map((id) => named(id, names)) }),
    ...(changes && { changes: changes.map((change) => `${seq}.${change}`) }),
    ...(finding && { finding: findingOf(finding, names) }),
    ...rest,
  };
}

function gainOf({ role, scope, ...gain }: StoredGain, names: Names): AlertGain {
  return {
    ...gain,
    ...(role !== undefined && { role: roleOf(role, names) }),
    ...(scope !== undefined && { scope: scopeOf(scope, names) }),
  };
}

function holderOf({ identity, role, scope, ...right }: StoredHolder, names: Names): AlertHolder {
  return {
    ...right,
    ...(role !== undefined && { role: roleOf(role, names) }),
    ...{ principal: named(identity, names), scope: scopeOf(scope, names) },
  };
}

function findingOf(finding: NonNullable<AlertBody['finding']>, names: Names): AlertFinding {
  const { subject, because, ...rest } = finding;
  return {
    ...rest,
    subject: { kind: subject.kind, ...subjectNames(subject, names) },
    because: becauseOf(because, names),
  };
}

function becauseOf(because: readonly Because[], names: Names): readonly AlertBecause[] {
  const known = names.said.get(because);
  if (known !== undefined) return known;
  const said = because.map(({ principal, role, scope, through, ...path }) => ({
    ...path,
    ...(principal !== undefined && { principal: named(principal, names) }),
    ...(role !== undefined && { role: roleOf(role, names) }),
    ...(scope !== undefined && { scope: scopeOf(scope, names) }),
    ...(through !== undefined && { through: named(through, names) }),
  }));
  names.said.set(because, said);
  return said;
}

function subjectNames({ kind, id }: NonNullable<AlertBody['finding']>['subject'], names: Names): Named {
  if (kind === 'principal') return named(id, names);
  if (kind === 'source') return { key: id };
  return { key: id, ...nameOnly(names.keyed.get(`role:${id}`)) };
}

function named(id: IdentityId, names: Names): Named {
  const { key = null, name = null } = names.identities.get(id) ?? {};
  return { ...(key !== null && { key }), ...(name !== null && { name }) };
}

const roleOf = (id: string, names: Names): NamedRole => ({ id, ...nameOnly(names.keyed.get(`role:${id}`)) });
function scopeOf(key: string, names: Names): NamedScope {
  const name = names.keyed.get(`scope:${key}`);
  return name === undefined ? { key, word: names.scopeWord } : { key, name };
}
const nameOnly = (name: string | undefined): { name?: string } => (name === undefined ? {} : { name });
