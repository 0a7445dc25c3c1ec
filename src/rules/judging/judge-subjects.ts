/** Rules about single principals, and rules about roles. */
import type { JudgedPrincipal, JudgedRole, JudgedState, Right } from '../../access/judged-state.js';
import { latentPermissions } from '../../access/permission-model.js';
import type { Rule } from '../ruleset.js';
import type { Surroundings } from './holding.js';
import { incompleteFor } from './completeness.js';
import { anyOf, type Outcome } from './outcome.js';
import { Audience, Condition, type RuleJudge, scopesOf } from './rule-judge.js';
import { isMeantByOneOf } from './selectors.js';
import { type Judged, Tally } from './tally.js';

export class PrincipalJudge implements RuleJudge {
  private readonly tally: Tally;
  private readonly audience: Audience;
  private readonly condition: Condition;
  /** What groups hold whose members cannot be seen. */
  private readonly perhaps: readonly Right[];

  constructor(rule: Rule, state: JudgedState, around: Surroundings) {
    this.tally = new Tally(rule, incompleteFor(rule, state));
    this.audience = new Audience(rule, around, state);
    this.condition = new Condition(rule, around);
    const unseen = state.principals.filter(({ members }) => members?.known === false);
    this.perhaps = this.audience.counted(unseen.flatMap(({ rights }) => rights));
  }

  see(principal: JudgedPrincipal): void {
    const rights = this.audience.rightsOf(principal);
    if (rights === undefined) return;
    const perhaps = mayBeInGroups(principal) ? this.perhaps : [];
    const outcome = this.condition.of({ rights, attributes: principal.attributes, perhaps });
    const why = outcome.is === 'hit' ? this.audience.doubt(principal) : undefined;
    this.tally.add(
      { kind: 'principal', id: principal.id },
      why === undefined ? outcome : { is: 'unknown', why },
    );
  }

  *result(): Generator<void, Judged> {
    yield;
    return this.tally.result();
  }
}

/** Only somebody from the directory can be in one of its groups. */
function mayBeInGroups({ origin, members }: JudgedPrincipal): boolean {
  return members === null && origin !== 'local';
}

/** Roles as the catalogue defines them, held or not. */
export class RoleJudge implements RuleJudge {
  private readonly condition: Condition;

  constructor(
    private readonly rule: Rule,
    private readonly state: JudgedState,
    private readonly around: Surroundings,
  ) {
    this.condition = new Condition(rule, around);
  }

  see(_: JudgedPrincipal): void {
    // a role is judged by its definition, whoever holds it
  }

  *result(): Generator<void, Judged> {
    yield;
    const tally = new Tally(this.rule, incompleteFor(this.rule, this.state));
    const byId = new Map<string, JudgedRole[]>();
    const scopes = this.rule.applies?.source_scopes_at_least ?? 0;
    const roles =
      scopesOf(this.state).size >= scopes ? this.state.roles.filter((role) => this.about(role)) : [];
    for (const role of roles) byId.set(role.id, [...(byId.get(role.id) ?? []), role]);
    for (const [id, definitions] of byId) {
      const outcomes = definitions.map((role) => this.outcomeOf(role));
      tally.add({ kind: 'role', id }, anyOf(outcomes));
    }
    return tally.result();
  }

  private about({ id, scope }: JudgedRole): boolean {
    const { roles, except_roles: except, scopes, except_scopes: not } = this.rule.applies ?? {};
    return (
      (roles === undefined || isMeantByOneOf(roles, id)) &&
      (except === undefined || !isMeantByOneOf(except, id)) &&
      (scopes === undefined || isMeantByOneOf(scopes, scope)) &&
      (not === undefined || !isMeantByOneOf(not, scope))
    );
  }

  private outcomeOf({ id, scope, permissions }: JudgedRole): Outcome {
    const latent = latentPermissions(new Set(permissions), this.around.model);
    const wanted = this.rule.latent ?? 'exclude';
    const rights = permissions
      .map((permission) => ({
        permission,
        scope,
        role: id,
        through: null,
        latent: latent.has(permission),
      }))
      .filter((right) => wanted === 'include' || right.latent === (wanted === 'only'));
    return this.condition.of({ rights, attributes: {} });
  }
}
