/** Judges one state by one ruleset. Pure: the same state, rules and time give the same bytes, wherever and whenever. */
import type { JudgedPrincipal, JudgedState } from '../access/judged-state.js';
import { permissionModelOf } from '../access/permission-model.js';
import { RiskTiers } from '../access/risk.js';
import { messageOf } from '../platform/errors.js';
import { lastOf } from '../platform/steps.js';
import type { Surroundings } from './judging/holding.js';
import { NotAssessableJudge, PopulationJudge } from './judging/judge-source.js';
import { PrincipalJudge, RoleJudge } from './judging/judge-subjects.js';
import type { RuleJudge } from './judging/rule-judge.js';
import { Selectors } from './judging/selectors.js';
import { bySubject, type Judged } from './judging/tally.js';
import { byText, type Rule, type Ruleset } from './ruleset.js';
import type { Verdicts, Violation } from './verdicts.js';

const NO_TIERS = new RiskTiers('', new Map(), new Map());

/**
 * What of a state breaks which rule of its product, and which rule could be judged.
 * A rule that throws is an assessment with its error; the others go on.
 * @param asOf the moment for which age is reckoned
 */
export function judge(state: JudgedState, ruleset: Judging, asOf: Date): Verdicts {
  return lastOf(judgeInSteps(state, ruleset, asOf));
}

type Judging = Pick<Ruleset, 'rules' | 'tiers'>;

/** Small enough that one step takes milliseconds, whatever the rules. */
const PRINCIPALS_A_STEP = 20;

/** The same, with a pause after each step: whoever has other work to do meanwhile takes them one by one. */
export function* judgeInSteps(state: JudgedState, ruleset: Judging, asOf: Date): Generator<void, Verdicts> {
  const around: Surroundings = {
    asOf,
    model: permissionModelOf(state.product),
    tiers: ruleset.tiers.get(state.product) ?? NO_TIERS,
    selectors: new Selectors(state.roles),
  };
  const rules = ruleset.rules.filter(({ product }) => product === state.product);
  const judges = rules.map((rule) => new GuardedJudge(rule, () => judgeOf(rule, state, around)));
  const principals = [...state.principals].sort((a, b) =>
    bySubject({ kind: 'principal', id: a.id }, { kind: 'principal', id: b.id }),
  );
  yield;
  for (const [i, principal] of principals.entries()) {
    for (const one of judges) one.see(principal);
    if (i % PRINCIPALS_A_STEP === 0) yield;
  }
  const judged: Judged[] = [];
  for (const one of judges) {
    judged.push(yield* one.result());
    yield;
  }
  return {
    violations: judged.flatMap(({ violations }) => violations).sort(byPlace),
    assessments: judged.map(({ assessment }) => assessment).sort((a, b) => byText(a.rule, b.rule)),
  };
}

function judgeOf(rule: Rule, state: JudgedState, around: Surroundings): RuleJudge {
  if (rule.subject === 'principal') return new PrincipalJudge(rule, state, around);
  if (rule.subject === 'role') return new RoleJudge(rule, state, around);
  const { population, not_assessable: why } = rule.match;
  if (population !== undefined) return new PopulationJudge(rule, population, state, around);
  return new NotAssessableJudge(rule, why ?? '', state.source);
}

/** Keeps what one rule throws away from the others. */
class GuardedJudge implements RuleJudge {
  private readonly judge: RuleJudge | undefined;
  private error: string | undefined;

  constructor(
    private readonly rule: Rule,
    make: () => RuleJudge,
  ) {
    this.judge = this.guarded(make);
  }

  see(principal: JudgedPrincipal): void {
    if (this.error === undefined) this.guarded(() => this.judge?.see(principal));
  }

  *result(): Generator<void, Judged> {
    const steps = this.error === undefined ? this.guarded(() => this.judge?.result()) : undefined;
    for (;;) {
      const step = this.guarded(() => steps?.next());
      if (step === undefined) return this.failed();
      if (step.done) return step.value;
      yield;
    }
  }

  private failed(): Judged {
    const counts = { judged: 0, violated: 0, unassessable: 0 };
    const error = this.error ?? 'no result';
    return { violations: [], assessment: { rule: this.rule.id, ...counts, error, mayResolve: false } };
  }

  private guarded<T>(act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      this.error = messageOf(error);
      return undefined;
    }
  }
}

function byPlace(a: Violation, b: Violation): number {
  return (
    byText(a.rule, b.rule) ||
    bySubject(a.subject, b.subject) ||
    byText(JSON.stringify(a.fields), JSON.stringify(b.fields))
  );
}
