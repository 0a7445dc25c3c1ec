/** The file of waivers: its shape, and every fault in it. Pure. */
import { z } from 'zod';
import { checkYaml } from '../platform/config/check.js';
import { optional, text } from '../platform/config/fields.js';
import { didYouMean } from '../platform/config/nearest.js';
import { section } from '../platform/config/section.js';
import { YamlDocument } from '../platform/config/yaml-document.js';
import { SHOWN_FINGERPRINT } from './finding.js';

/** What a subject may be called: any holder of rights, or one kind of them where a key alone is not clear. */
export const SUBJECT_KINDS = [
  'principal',
  'local-admin',
  'directory-user',
  'ldap-group',
  'ldap-ou',
  'built-in',
  'member',
  'access-token',
  'role',
  'source',
] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

/** A waiver as written, checked; whom it is about is not looked up yet. */
export interface StatedWaiver {
  /** Where it stands: `waivers.yaml:12 waivers[1]`. */
  readonly at: string;
  readonly rule: string;
  readonly subject: {
    readonly source: string;
    readonly kind: SubjectKind;
    /** As the source shows it; null for the source itself. */
    readonly key: string | null;
  };
  readonly fields: Readonly<Record<string, string>>;
  readonly reason: string;
  readonly approver: string;
  readonly from: Date | null;
  readonly until: Date;
  readonly accepts: string | null;
}

/** Longer is no waiver but a decision to change the rule. */
export const MOST_DAYS = 366;
const DAY_MS = 86_400_000;

/**
 * @param name how the file is called in messages
 * @param now where a waiver does not say when it begins, its end is counted from here
 * @throws RolewatchError config-invalid with every fault
 */
export function parseWaivers(yaml: string, name: string, now: Date): StatedWaiver[] {
  const { waivers } = checkYaml(yaml, name, section({ waivers: waiverList(now) }));
  const document = new YamlDocument(yaml);
  return waivers.map(({ subject, fields, ...waiver }, i) => ({
    at: `${name}:${String(document.locate(['waivers', i]).line)} waivers[${String(i)}]`,
    ...waiver,
    subject: { ...subject, key: subject.key ?? null },
    fields: fields ?? {},
  }));
}

function waiverList(now: Date) {
  const list = 'must be a list of waivers; [] for none';
  return z.array(waiver(now), { error: list });
}

function waiver(now: Date) {
  const due =
    'must be the fingerprint that `rolewatch findings` prints: at least 12 hexadecimal digits, in quotes where YAML would read a number';
  return section({
    rule: text(/^\S+$/, "must be a rule's id, as `rolewatch findings` prints it"),
    subject: subject(),
    fields: z
      .record(z.string(), text(/\S/, 'must be a text'), {
        error: 'must be a mapping of the fields of a finding',
      })
      .optional(),
    reason: text(/\S/, 'must say why it is accepted'),
    approver: text(/\S/, 'must say who has accepted it'),
    from: optional(moment('begin')),
    until: moment('end'),
    accepts: optional(text(/^[0-9a-f]{12,64}$/, due)),
  }).superRefine(
    ({ subject: { key }, approver, from, until }, context) => {
      if (key !== undefined && sameText(key, approver)) {
        const message = 'is the subject itself; somebody else must approve';
        context.addIssue({ code: 'custom', path: ['approver'], message });
      }
      const problem = spanProblem(from, until, now);
      if (problem !== null) context.addIssue({ code: 'custom', path: ['until'], message: problem });
    },
    { when: ({ issues }) => issues.length === 0 },
  );
}

function subject() {
  return section({
    source: text(/\S/, 'must be the name of a source'),
    kind: z.enum(SUBJECT_KINDS),
    key: text(/\S/, 'must be the key as the source shows it').optional(),
  }).superRefine(({ kind, key }, context) => {
    if (kind === 'source' && key !== undefined)
      context.addIssue({ code: 'custom', path: ['key'], message: 'does not belong to the kind source' });
    if (kind !== 'source' && key === undefined)
      context.addIssue({ code: 'custom', path: [], message: 'lacks the key of whom or what it is about' });
  });
}

function spanProblem(from: Date | null, until: Date, now: Date): string | null {
  if (from !== null && until <= from) return 'must be after from';
  const begin = from ?? now;
  if (until.getTime() - begin.getTime() <= MOST_DAYS * DAY_MS) return null;
  return `must be at most ${String(MOST_DAYS)} days after ${from === null ? 'today' : 'from'}: renew it in time instead`;
}

/** One line for each waiver of a source that nobody knows. */
export function strayWaivers(waivers: readonly StatedWaiver[], sources: readonly string[]): string[] {
  return waivers
    .filter(({ subject }) => !sources.includes(subject.source))
    .map(({ at, subject: { source } }) => {
      return `${at}.subject.source: there is no source "${source}"${didYouMean(source, sources)}`;
    });
}

/** People are compared as people write them. */
export function sameText(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/** A day, from its beginning to its end in UTC, or a time with its zone. */
function moment(which: 'begin' | 'end'): z.ZodType<Date> {
  const due = 'must be a day such as 2026-06-30, or a time with its zone such as 2026-06-30T12:00:00Z';
  return z.string({ error: due }).transform((value, context) => {
    const at = DAY.test(value) ? dayAt(value, which) : new Date(TIME.test(value) ? value : Number.NaN);
    if (at !== null && !Number.isNaN(at.getTime())) return at;
    context.issues.push({ code: 'custom', message: due, input: undefined });
    return z.NEVER;
  });
}

function dayAt(day: string, which: 'begin' | 'end'): Date | null {
  const start = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(start.getTime()) || !start.toISOString().startsWith(day)) return null;
  return which === 'begin' ? start : new Date(start.getTime() + DAY_MS);
}

/** As `findings` prints it, ready to be written into a waiver. */
export function shownFingerprint(fingerprint: string): string {
  return fingerprint.slice(0, SHOWN_FINGERPRINT);
}
