import type { JudgedState } from '../../src/access/judged-state.js';
import type { Json } from '../../src/sources/source.js';
import { type Judge, type RuleFacts, type Rulebook, rulesetDigest } from '../../src/findings/judge.js';
import type { Assessment, Verdicts, Violation } from '../../src/rules/verdicts.js';

/** Rules small enough to know by heart, made from a document like any others. */
type RuleDocument = {
  readonly id: string;
  readonly version: string;
  readonly severity: 'critical' | 'high' | 'medium' | 'low';
} & (
  | { readonly permission: string } // nobody holds it
  | { readonly atLeast: number; readonly of: string } // so many hold it
  | { readonly broken: true }
);

/** Whoever may wipe, whoever lacks company in managing admins, and one that throws. */
export const WIPE: RuleDocument = {
  id: 'no-wipe',
  version: '1',
  severity: 'critical',
  permission: 'Wipe device',
};
export const TWO_ADMINS: RuleDocument = {
  id: 'two-admins',
  version: '1',
  severity: 'high',
  atLeast: 2,
  of: 'Manage administrators and device spaces',
};
export const BROKEN: RuleDocument = { id: 'broken', version: '1', severity: 'low', broken: true };

/** A rulebook whose files can be changed. */
export class SmallRulebook implements Rulebook {
  /** How often a state was judged. */
  judgings = 0;

  constructor(public rules: readonly RuleDocument[] = [WIPE]) {}

  onDisk(): Promise<Judge> {
    return Promise.resolve(this.read({ rules: this.rules }));
  }

  read(document: Json): Judge {
    const { rules } = document as unknown as { rules: readonly RuleDocument[] };
    const known = rules.every((rule) => 'permission' in rule || 'of' in rule || 'broken' in rule);
    if (!known) throw new Error('a rule of a kind that comes later');
    return {
      document,
      digest: rulesetDigest(document),
      rules: rules.map(factsOf),
      judge: (state) => {
        this.judgings++;
        return verdicts(rules, state);
      },
    };
  }
}

const factsOf = (rule: RuleDocument): RuleFacts => {
  return { id: rule.id, version: rule.version, digest: rulesetDigest(rule), title: rule.id };
};

function verdicts(rules: readonly RuleDocument[], state: JudgedState): Verdicts {
  const sorted = [...rules].sort((a, b) => (a.id < b.id ? -1 : 1));
  const judged = sorted.map((rule) => {
    try {
      return judgeRule(rule, state);
    } catch (error) {
      const counts = { judged: 0, violated: 0, unassessable: 0, mayResolve: false };
      return { violations: [], assessment: { rule: rule.id, ...counts, error: String(error) } };
    }
  });
  return {
    violations: judged.flatMap(({ violations }) => violations),
    assessments: judged.map(({ assessment }) => assessment),
  };
}

function judgeRule(
  rule: RuleDocument,
  state: JudgedState,
): { violations: Violation[]; assessment: Assessment } {
  if ('broken' in rule) throw new Error('divided by zero');
  const doubts = state.incomplete.filter(({ part }) => part === 'principals');
  const whole = doubts.length === 0;
  const why = whole ? {} : { why: doubts.map((doubt) => doubt.why).join('; ') };
  const base = { rule: rule.id, severity: rule.severity, fields: {} };
  if ('of' in rule) {
    const holders = state.principals.filter(({ rights }) =>
      rights.some((right) => right.permission === rule.of),
    );
    const violated = whole && holders.length < rule.atLeast;
    const note = `${holders.length} of at least ${rule.atLeast}`;
    return {
      violations: violated
        ? [
            {
              ...base,
              subject: { kind: 'source', id: state.source },
              message: note,
              because: [{ note }],
              matched: [note],
            },
          ]
        : [],
      assessment: {
        rule: rule.id,
        judged: 1,
        violated: Number(violated),
        unassessable: Number(!whole),
        mayResolve: true,
        ...why,
      },
    };
  }
  const violations = state.principals.flatMap((principal): Violation[] => {
    const rights = principal.rights.filter((right) => right.permission === rule.permission);
    if (rights.length === 0) return [];
    return [
      {
        ...base,
        subject: { kind: 'principal', id: principal.id },
        message: `holds ${rule.permission}`,
        because: rights.map(({ permission, role, scope, through }) => ({
          permission,
          ...(role !== null && { role }),
          scope,
          ...(through && { through: through.id }),
        })),
        matched: rights.map(({ permission, scope }) => `${permission} in ${scope}`).sort(),
      },
    ];
  });
  const { length: violated } = violations;
  const judged = state.principals.length;
  return {
    violations,
    assessment: { rule: rule.id, judged, violated, unassessable: 0, mayResolve: whole, ...why },
  };
}
