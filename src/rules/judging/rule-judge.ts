/** What judges one rule: it is shown every principal, then asked for the result. */
import type { JudgedPrincipal, JudgedState, Right } from '../../access/judged-state.js';
import type { Rule } from '../ruleset.js';
import { grouped, type Holding, type Surroundings } from './holding.js';
import { type Matcher, rightsMatchers } from './match-rights.js';
import { otherMatchers } from './match-more.js';
import { allOf, anyOf, type Hit, type Outcome } from './outcome.js';
import { isMeantByOneOf, type Selector } from './selectors.js';
import type { Judged } from './tally.js';

export interface RuleJudge {
  /** Shown each principal of the state once, in the order of their ids. */
  see(principal: JudgedPrincipal): void;
  /** Asked once, at the end; with a pause every now and then, for it may be about everybody. */
  result(): Generator<void, Judged>;
}

/** The condition of a rule over one holder. */
export class Condition {
  private readonly matchers: readonly Matcher[];
  private readonly perScope: boolean;
  private readonly scopeIsField: boolean;

  constructor(rule: Rule, around: Surroundings) {
    this.matchers = [...rightsMatchers(rule.match, around), ...otherMatchers(rule.match, around)];
    this.perScope = rule.combine !== 'all-scopes';
    this.scopeIsField = rule.fields?.includes('scope') ?? false;
  }

  of(holding: Holding): Outcome {
    const ask = (part: Holding): Outcome => allOf(this.matchers.map((matcher) => matcher(part)));
    if (!this.perScope || holding.rights.length === 0) return ask(holding);
    const scopes = [...grouped(holding.rights, ({ scope }) => scope)];
    return anyOf(
      scopes.map(([scope, rights]) => {
        const perhaps = holding.perhaps?.filter((right) => right.scope === scope);
        const outcome = ask({ ...holding, rights, ...(perhaps && { perhaps }) });
        return this.scopeIsField && outcome.is === 'hit' ? inScope(outcome, scope) : outcome;
      }),
    );
  }
}

/** Reasons that are no rights, said of the scope in which they hold. */
function inScope(outcome: Hit, scope: string): Hit {
  return {
    ...outcome,
    reasons: outcome.reasons.map(({ because, matched }) =>
      because.scope === undefined
        ? { because: { ...because, scope }, matched: `${matched} @ ${scope}` }
        : { because, matched },
    ),
  };
}

/** Which principals a rule is about, and which of their rights count. */
export class Audience {
  private readonly holds: readonly Selector[] | undefined;
  /** Whether the state has as many scopes as the rule asks for. */
  readonly listens: boolean;

  constructor(
    private readonly rule: Rule,
    around: Surroundings,
    state: JudgedState,
  ) {
    const { holds, source_scopes_at_least: scopes = 0 } = rule.applies ?? {};
    this.holds = holds === undefined ? undefined : around.selectors.of(holds);
    this.listens = scopesOf(state).size >= scopes;
  }

  /** The principal's rights that count; undefined where the rule is not about it. */
  rightsOf(principal: JudgedPrincipal): readonly Right[] | undefined {
    if (!this.listens || !this.concerns(principal)) return undefined;
    const rights = this.counted(principal.rights);
    if (this.holds === undefined) return rights;
    return this.holds.some((selector) => selector.in(rights).length > 0) ? rights : undefined;
  }

  /** Of some rights, those that the rule counts. */
  counted(all: readonly Right[]): readonly Right[] {
    return all.every((right) => this.counts(right)) ? all : all.filter((right) => this.counts(right));
  }

  /** Why it is not known whether the rule is about a principal. */
  doubt({ origin }: JudgedPrincipal): string | undefined {
    return this.rule.applies?.origin !== undefined && origin === null
      ? 'the source does not say whether an account is local'
      : undefined;
  }

  private concerns({ kind, key, origin, ownAccount, members }: JudgedPrincipal): boolean {
    const applies = this.rule.applies ?? {};
    const is = <T>(wanted: T | undefined, found: T): boolean => wanted === undefined || wanted === found;
    return (
      (applies.kinds?.includes(kind) ?? true) &&
      (origin === null || is<string>(applies.origin, origin)) &&
      is(applies.own_account, ownAccount) &&
      (applies.members === undefined ||
        (members !== null && is(applies.members, members.known ? 'known' : 'unknown'))) &&
      (applies.keys === undefined || (key !== null && isMeantByOneOf(applies.keys, key))) &&
      (applies.except_keys === undefined || key === null || !isMeantByOneOf(applies.except_keys, key))
    );
  }

  private counts({ scope, latent }: Right): boolean {
    const { scopes, except_scopes: except } = this.rule.applies ?? {};
    const wanted = this.rule.latent ?? 'exclude';
    return (
      (wanted === 'include' || latent === (wanted === 'only')) &&
      (scopes === undefined || isMeantByOneOf(scopes, scope)) &&
      (except === undefined || !isMeantByOneOf(except, scope))
    );
  }
}

/** The scopes that a state knows of. */
export function scopesOf({ scopeNames, principals, roles }: JudgedState): ReadonlySet<string> {
  if (scopeNames.size > 0) return new Set(scopeNames.keys());
  const held = principals.flatMap(({ rights }) => rights.map(({ scope }) => scope));
  return new Set([...held, ...roles.map(({ scope }) => scope)]);
}
