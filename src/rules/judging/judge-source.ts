/** Rules about a source as a whole: how many hold something, and what no data can show. */
import { dnKey } from '../../access/dn.js';
import type { JudgedPrincipal, JudgedState, Right } from '../../access/judged-state.js';
import type { Population } from '../language/rule-schema.js';
import type { Rule } from '../ruleset.js';
import { type Because, type ViolationSubject } from '../verdicts.js';
import { incompleteFor } from './completeness.js';
import { beyond, headCount, type Holder, percentage, rowCount, shown } from './head-count.js';
import { grouped, type Surroundings, unexplained } from './holding.js';
import { anyOf, hit, MISS, type Outcome, type Reason } from './outcome.js';
import { Audience, type RuleJudge } from './rule-judge.js';
import { isMeantByOneOf, needsCatalogue, type Selector } from './selectors.js';
import { type Judged, Tally } from './tally.js';

/** A holder with the paths by which it holds. */
interface Counted extends Holder {
  readonly reasons: readonly Reason[];
}

/** More would make a finding that nobody reads; the fingerprint still has them all. */
const MOST_SHOWN = 100;

export class PopulationJudge implements RuleJudge {
  private readonly audience: Audience;
  private readonly who: readonly Selector[];
  private readonly of: readonly Selector[] | 'everyone' | undefined;
  private readonly perScope: boolean;
  /** Scope → those who count; '' → all scopes together. */
  private readonly holders = new Map<string, Counted[]>();
  private readonly whole = new Map<string, Holder[]>();
  private doubts = 0;
  /** A role is held by somebody who does not count, and no catalogue says what it is. */
  private hidden: string | undefined;
  private rolesAreShown = false;

  constructor(
    private readonly rule: Rule,
    private readonly population: Population,
    private readonly state: JudgedState,
    around: Surroundings,
  ) {
    this.audience = new Audience(rule, around, state);
    this.who = around.selectors.of(population.who);
    this.of =
      population.of === undefined || population.of === 'everyone'
        ? population.of
        : around.selectors.of(population.of);
    this.perScope = rule.fields?.includes('scope') ?? false;
    // a scope in which nobody holds it counts as well
    for (const scope of this.scopes()) this.holders.set(scope, []);
  }

  see(principal: JudgedPrincipal): void {
    const rights = this.audience.rightsOf(principal);
    if (rights === undefined) return;
    if (this.audience.doubt(principal) !== undefined) this.doubts += 1;
    const parts = this.perScope ? grouped(rights, ({ scope }) => scope) : new Map([['', rights]]);
    for (const [scope, inScope] of parts) this.count(principal, scope, inScope);
  }

  private count(principal: JudgedPrincipal, scope: string, rights: readonly Right[]): void {
    const found = this.who.map((selector) => ({ selector, rights: selector.in(rights) }));
    const held = found.flatMap((one) => one.rights);
    if (held.length > 0) {
      const reasons = found.flatMap(({ selector, rights: meant }) =>
        meant.flatMap((right) => {
          const { because } = selector.reason(right);
          return [reasonFor(principal, because), ...growthOf(principal, because)];
        }),
      );
      push(this.holders, scope, { ...holder(principal, held), reasons });
    } else if (this.who.some(({ name }) => needsCatalogue(name))) {
      this.hidden ??= unexplained(rights)?.why;
    }
    this.rolesAreShown ||= rights.some(({ role }) => role !== null);
    if (this.of === undefined) return;
    const ofWhole = this.of === 'everyone' ? rights : this.of.flatMap((selector) => selector.in(rights));
    if (this.of === 'everyone' || ofWhole.length > 0) push(this.whole, scope, holder(principal, ofWhole));
  }

  *result(): Generator<void, Judged> {
    const tally = new Tally(this.rule, incompleteFor(this.rule, this.state));
    if (!this.audience.listens) return tally.result();
    const outcomes: Outcome[] = [];
    for (const [scope, holders] of this.holders) {
      yield;
      outcomes.push(this.outcomeIn(scope, holders));
    }
    yield;
    const subject: ViolationSubject = { kind: 'source', id: this.state.source };
    tally.add(subject, anyOf(outcomes));
    yield;
    return tally.result();
  }

  private outcomeIn(scope: string, holders: readonly Counted[]): Outcome {
    const { side, bound, percent } = boundOf(this.population);
    const heads = this.population.count === 'people' ? headCount : rowCount;
    const counted = heads(holders);
    const range = percent ? percentage(counted, heads(this.whole.get(scope) ?? [])) : counted;
    const decided = this.doubts > 0 ? undefined : beyond(range, bound, side);
    const unit = percent ? '%' : ` ${this.population.count}`;
    const limit = `${side === 'above' ? 'at most' : 'at least'} ${String(bound)}${percent ? '%' : ''}`;
    const where = scope === '' ? '' : ` in ${this.state.scopeNames.get(scope) ?? scope}`;
    const fact = `${shown(range)}${unit}${where} where ${limit} should be`;
    if (decided === false) return MISS;
    if (decided === undefined) return { is: 'unknown', why: this.doubtOf(fact) };
    const missed = side === 'below' ? this.mayBeMissed() : undefined;
    if (missed !== undefined) return { is: 'unknown', why: missed };
    const state = `too ${side === 'above' ? 'many' : 'few'}${scope === '' ? '' : ` @ ${scope}`}`;
    const summary = { because: { note: fact, ...(scope !== '' && { scope }) }, matched: state };
    // where too few hold it, one more is no growth
    const reasons = told(holders, scope).map((one) => (side === 'above' ? one : { ...one, matched: state }));
    return hit([summary, ...reasons], fact);
  }

  /** Why those who are too few may be more: a source need not give its roles, nor everybody who holds some. */
  private mayBeMissed(): string | undefined {
    const nobody = this.who.every(({ byRole }) => byRole) && !this.rolesAreShown;
    return nobody ? 'the source shows nobody who holds any role' : this.hidden;
  }

  private doubtOf(fact: string): string {
    return this.doubts > 0
      ? `of ${String(this.doubts)} the source does not say whether the account is local`
      : `${fact}: members of groups are not known`;
  }

  private scopes(): string[] {
    if (!this.perScope) return [''];
    const { scopes, except_scopes: except } = this.rule.applies ?? {};
    return [...this.state.scopeNames.keys()]
      .filter((scope) => scopes === undefined || isMeantByOneOf(scopes, scope))
      .filter((scope) => except === undefined || !isMeantByOneOf(except, scope))
      .sort();
  }
}

function boundOf(population: Population): { side: 'above' | 'below'; bound: number; percent: boolean } {
  const most = population.at_most ?? population.at_most_percent;
  const percent = population.at_most_percent !== undefined || population.at_least_percent !== undefined;
  if (most !== undefined) return { side: 'above', bound: most, percent };
  return { side: 'below', bound: population.at_least ?? population.at_least_percent ?? 0, percent };
}

/** The path of one right of a holder. */
function reasonFor({ id }: JudgedPrincipal, because: Because): Reason {
  return { because: { principal: id, ...because }, matched: `principal ${id}` };
}

/** A group that grows is more than was accepted, one that shrinks is not: a text for each doubling its size has passed. */
function growthOf({ id, members }: JudgedPrincipal, because: Because): Reason[] {
  const doublings = Math.ceil(Math.log2(Math.max(1, members?.count ?? 1)));
  return Array.from({ length: doublings }, (_, i) => ({
    because: { principal: id, ...because },
    matched: `principal ${id} and more than ${String(2 ** i)} people`,
  }));
}

function push<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** Most hold what they hold by themselves. */
const NOTHING: ReadonlySet<string> = new Set();

function holder({ id, kind, key, members }: JudgedPrincipal, held: readonly Right[]): Holder {
  const through = held.flatMap((right) => (right.through === null ? [] : [right.through.id]));
  const place = kind === 'ldap-ou' && key !== null ? dnKey(key) : null;
  return { id, members, place, through: through.length === 0 ? NOTHING : new Set(through) };
}

/** The holders as reasons; beyond a number only by what a waiver accepts. */
function told(holders: readonly Counted[], scope: string): Reason[] {
  const named = holders.slice(0, MOST_SHOWN).flatMap(({ reasons }) => reasons);
  const rest = holders.slice(MOST_SHOWN);
  const note = { note: `and ${String(rest.length)} more`, ...(scope !== '' && { scope }) };
  return [
    ...named,
    ...rest.flatMap(({ reasons }) => reasons.map(({ matched }) => ({ because: note, matched }))),
  ];
}

/** A requirement that no data of the source can answer, said as such. */
export class NotAssessableJudge implements RuleJudge {
  constructor(
    private readonly rule: Rule,
    private readonly why: string,
    private readonly source: string,
  ) {}

  see(_: JudgedPrincipal): void {
    // nothing that is held tells of it
  }

  *result(): Generator<void, Judged> {
    yield;
    const tally = new Tally(this.rule, undefined);
    tally.add({ kind: 'source', id: this.source }, { is: 'unknown', why: this.why });
    return tally.result();
  }
}
