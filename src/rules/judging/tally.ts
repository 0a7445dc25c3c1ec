/** What comes of one rule while its subjects are looked at one by one. */
import { Alike } from '../../platform/alike.js';
import type { Field } from '../language/rule-schema.js';
import { byText, type Rule } from '../ruleset.js';
import type { Assessment, Because, Violation, ViolationSubject } from '../verdicts.js';
import { directionOf } from './completeness.js';
import type { Hit, Outcome, Reason } from './outcome.js';

export interface Judged {
  readonly violations: readonly Violation[];
  readonly assessment: Assessment;
}

/** Counts the subjects of a rule and keeps what is broken, as far as the data allow (design: docs/rules.md). */
export class Tally {
  private readonly violations: Violation[] = [];
  private readonly undecided: ViolationSubject[] = [];
  private readonly whys = new Set<string>();
  private judged = 0;
  private violated = 0;
  private readonly becauses = new Alike<readonly Because[]>();
  private readonly matches = new Alike<readonly string[]>();
  private readonly messages = new Alike<string>();
  private readonly opens: boolean;
  private readonly resolves: boolean;

  /** @param incomplete why the data of this rule are not whole; undefined where they are */
  constructor(
    private readonly rule: Rule,
    private readonly incomplete: string | undefined,
  ) {
    const direction = directionOf(rule);
    this.opens = incomplete === undefined || direction === 'presence';
    this.resolves = incomplete === undefined || direction === 'absence';
  }

  add(subject: ViolationSubject, outcome: Outcome): void {
    this.judged += 1;
    if (outcome.is === 'unknown') this.leaveOpen(subject, outcome.why);
    else if (outcome.is === 'hit' && this.opens) this.open(subject, outcome);
    else if (outcome.is === 'hit') this.leaveOpen(subject, this.incomplete ?? '');
  }

  result(): Judged {
    const { judged, violated } = this;
    // on incomplete data, what is not seen to break a rule of presence does not keep it either
    const unassessable = this.resolves ? this.undecided.length : judged - violated;
    if (!this.resolves && this.incomplete !== undefined) this.whys.add(this.incomplete);
    return {
      violations: this.violations,
      assessment: {
        rule: this.rule.id,
        judged,
        violated,
        unassessable,
        ...(this.whys.size > 0 && { why: [...this.whys].sort().slice(0, MOST_WHYS).join('; ') }),
        mayResolve: this.resolves,
        ...(this.resolves && this.undecided.length > 0 && { undecided: [...this.undecided].sort(bySubject) }),
      },
    };
  }

  private leaveOpen(subject: ViolationSubject, why: string): void {
    this.undecided.push(subject);
    this.whys.add(why);
  }

  private open(subject: ViolationSubject, { reasons, fact }: Hit): void {
    this.violated += 1;
    const { id, severity, title, fields = [] } = this.rule;
    // the title is what should be so, and without these words the sentence would say both
    const sentence = `${title}. Not so: ${fact}.`;
    const message = this.messages.of(sentence, () => sentence);
    for (const part of split(reasons, fields)) {
      this.violations.push({
        rule: id,
        severity,
        subject,
        fields: part.fields,
        message,
        because: this.distinct(part.reasons.map(({ because }) => because)),
        matched: this.sorted(part.reasons.map(({ matched }) => matched)),
      });
    }
  }

  /** Sorted, without repeats, the keys always in the same order. */
  private distinct(because: readonly Because[]): readonly Because[] {
    const byKey = new Map([...new Set(because)].map((one) => [keyOf(one), one]));
    const sorted = [...byKey].sort(([a], [b]) => byText(a, b));
    return this.becauses.of(JSON.stringify(sorted.map(([key]) => key)), () =>
      sorted.map(([, one]) => Object.fromEntries(KEYS.flatMap((name) => pairOf(one, name)))),
    );
  }

  private sorted(matched: readonly string[]): readonly string[] {
    const sorted = [...new Set(matched)].sort(byText);
    return this.matches.of(JSON.stringify(sorted), () => sorted);
  }
}

const MOST_WHYS = 5;

interface Part {
  readonly fields: Readonly<Record<string, string>>;
  readonly reasons: readonly Reason[];
}

/** One part for each combination of the declared fields; what has none of them goes with all. */
function split(reasons: readonly Reason[], fields: readonly Field[]): Part[] {
  const sorted = [...fields].sort(byText);
  const parts = new Map<string, { fields: Record<string, string>; reasons: Reason[] }>();
  const loose: Reason[] = [];
  for (const reason of reasons) {
    const values = sorted.flatMap((field) => reason.because[field] ?? []);
    if (values.length < sorted.length) {
      loose.push(reason);
      continue;
    }
    const key = JSON.stringify(values);
    const part = parts.get(key) ?? {
      fields: Object.fromEntries(sorted.map((field, i) => [field, values[i] ?? ''])),
      reasons: [],
    };
    part.reasons.push(reason);
    parts.set(key, part);
  }
  if (parts.size === 0) return [{ fields: {}, reasons: loose }];
  return [...parts.values()].map((part) => ({ ...part, reasons: [...part.reasons, ...loose] }));
}

const KEYS = ['principal', 'scope', 'role', 'permission', 'through', 'latent', 'note'] as const;

// what no name can hold keeps the values apart, and sorts before everything
const keyOf = (one: Because): string => KEYS.map((name) => String(one[name] ?? '')).join('\0');

function pairOf(one: Because, name: (typeof KEYS)[number]): [string, string | true][] {
  const value = one[name];
  return value === undefined ? [] : [[name, value]];
}

export function bySubject(a: ViolationSubject, b: ViolationSubject): number {
  return byText(a.kind, b.kind) || byId(a.id, b.id);
}

/** Decimal ids by their value, others by code units. */
function byId(a: string, b: string): number {
  const decimal = /^\d+$/;
  if (!decimal.test(a) || !decimal.test(b)) return byText(a, b);
  return a.length - b.length || byText(a, b);
}
