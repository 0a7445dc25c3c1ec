/** Findings in plain words, for the terminal, the mail and the report. Pure. */
import { permissionModelOf } from '../access/permission-model.js';
import { oneLine } from '../platform/visible.js';
import type { Severity } from '../rules/verdicts.js';
import type { EventKind, EventWhy } from './finding.js';
import type { FindingEventView, FindingView, NamedBecause, NamedOne } from './findings.view.js';
import { shownFingerprint } from './waiver-file.js';

/** `*Wipe device* from role 7 in space Global, through group Field Ops` */
export function becauseWords(because: NamedBecause, product: string): string {
  const { principal, permission, role, scope, through, latent, note } = because;
  const what = [
    ...(principal === undefined ? [] : [`${shortName(principal)}:`]),
    ...(permission === undefined ? [] : [`*${permission}*`]),
    ...(role === undefined ? [] : [`${permission === undefined ? '' : 'from '}role ${role.id}`]),
    ...(scope === undefined ? [] : [`in ${permissionModelOf(product).scopeWord} ${scope.name ?? scope.id}`]),
  ].join(' ');
  const path = through === undefined ? '' : `, through ${through.kind} ${shortName(through)}`;
  const right = `${what}${path}${latent === true ? ' (latent: without effect today)' : ''}`;
  return [right, note].filter((part) => part !== undefined && part !== '').join(': ');
}

/** `Jane Doe (jdoe)`, `role 7 "Wipe device"`, or the source's name. */
export function subjectWords({ kind, ...one }: FindingView['subject']): string {
  if (kind === 'source') return `source ${one.id}`;
  if (kind === 'role') return one.name === undefined ? `role ${one.id}` : `role ${one.id} "${one.name}"`;
  const { key, name } = one;
  if (key === undefined || name === undefined || key === name) return shortName(one);
  return `${name} (${key})`;
}

function shortName({ id, key, name, erased }: NamedOne): string {
  return name ?? key ?? (erased === true ? 'an erased person' : `identity ${id}`);
}

export function fieldsWords(fields: Readonly<Record<string, string>>): string {
  const parts = Object.entries(fields).map(([field, value]) => `${field} ${value}`);
  return parts.length === 0 ? '' : ` [${parts.join(', ')}]`;
}

export const WHY_WORDS: Readonly<Record<EventWhy, string>> = {
  'came-back': 'it came back',
  'waiver-ended': 'its waiver has ended',
  grew: 'there is more to it than was accepted',
  'no-longer-violated': 'no longer violated',
  'rule-dropped': 'the rule is no longer judged',
  'subject-gone': 'the subject is gone',
  'source-retired': 'the source is no longer watched',
};

/** `#4 open: Jane Doe (jdoe)` with its message and reasons below. */
export function findingLines(finding: FindingView): string[] {
  const { id, product, rule, subject, state, fields, message, because, waiver, why, fingerprint } = finding;
  const standing = [
    ...(why === undefined ? [] : [WHY_WORDS[why]]),
    ...(waiver === undefined ? [] : [waiverWords(waiver)]),
  ].join('; ');
  return [
    `#${String(id)} ${state}: ${subjectWords(subject)}${fieldsWords(fields)}`,
    `   ${message}`,
    ...because.map((one) => `   - ${becauseWords(one, product)}`),
    ...(standing === '' ? [] : [`   ${standing}`]),
    `   rule ${rule.id}, since ${finding.since}, accepts: ${shownFingerprint(fingerprint)}`,
  ];
}

function waiverWords({ reason, approver, until }: NonNullable<FindingView['waiver']>): string {
  return `accepted by ${approver} until ${until}: ${reason}`;
}

const KINDS: Readonly<Record<EventKind, string>> = {
  opened: 'opened',
  reopened: 'reopened',
  reexplained: 'explained anew',
  acknowledged: 'acknowledged',
  waived: 'waived',
  resolved: 'resolved',
};

export function eventLines(event: FindingEventView, product: string): string[] {
  const { at, kind, severity, why, waiver, actor, reason, judgement, because } = event;
  const by =
    judgement === undefined
      ? `by ${actor ?? 'somebody'}: ${reason ?? ''}`
      : `snapshot ${String(judgement.seq)} (${judgement.snapshotDigest.slice(0, 12)}), ruleset ${judgement.rulesetDigest.slice(0, 12)}`;
  return [
    `${at} ${KINDS[kind]}${why === undefined ? '' : `: ${WHY_WORDS[why]}`} (${severity}); ${by}`,
    ...(waiver === undefined ? [] : [`   ${waiverWords(waiver)}`]),
    ...(kind === 'resolved' ? [] : because.map((one) => `   - ${becauseWords(one, product)}`)),
    `   accepts: ${shownFingerprint(event.fingerprint)}`,
  ];
}

/** By severity, the worst first. */
export function bySeverity(findings: readonly FindingView[], order: readonly Severity[]): string[] {
  return order.flatMap((severity) => {
    const ofOne = findings.filter((finding) => finding.severity === severity);
    if (ofOne.length === 0) return [];
    const lines = ofOne.flatMap(findingLines).map(oneLine);
    return ['', `${severity.toUpperCase()} (${String(ofOne.length)})`, ...lines];
  });
}
