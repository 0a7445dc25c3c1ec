/** The matchers that look beyond names: levels, risk tiers, roles that another one covers, dates and what is not stated. */
import type { Right } from '../../access/judged-state.js';
import { levelIn, heightOf } from '../../access/permission-model.js';
import { covers, roleOf } from '../../access/permissions.js';
import { compareTiers } from '../../access/risk.js';
import type { RiskTier } from '../../access/model.js';
import { comparisonOf, compares } from '../language/levels.js';
import type { Age, Match } from '../language/rule-schema.js';
import { grouped, type Surroundings, unexplained } from './holding.js';
import type { Matcher } from './match-rights.js';
import { hit, listed, MISS, noted, type Reason } from './outcome.js';
import { isMeantByOneOf, matchedAs, pathOf } from './selectors.js';

/** The matchers of a condition that are not over names of rights. */
export function otherMatchers(match: Match, around: Surroundings): Matcher[] {
  const matchers: Matcher[] = [];
  const { levels, tier, redundant, age, missing } = match;
  for (const [area, text] of Object.entries(levels ?? {})) matchers.push(levelMatcher(area, text, around));
  if (tier !== undefined) matchers.push(tierMatcher(tier, around));
  if (redundant !== undefined) matchers.push(redundantMatcher(redundant.ignore ?? []));
  if (age !== undefined) matchers.push(ageMatcher(age, around.asOf));
  if (missing !== undefined) matchers.push(missingMatcher(missing));
  return matchers;
}

function levelMatcher(area: string, text: string, { model }: Surroundings): Matcher {
  const comparison = comparisonOf(text);
  if (comparison === undefined) throw new Error(`"${text}" is no comparison of levels`);
  const asked = heightOf(area, comparison.level, model);
  return ({ rights }) => {
    const ofArea = rights.filter(({ permission }) => permission.startsWith(`${area}.`));
    const level = levelIn(area, new Set(ofArea.map(({ permission }) => permission)), model);
    if (!compares(heightOf(area, level, model), comparison.operator, asked)) return MISS;
    const hidden = comparison.operator.startsWith('>') ? undefined : unexplained(rights);
    if (hidden !== undefined) return hidden;
    if (level === null) {
      const nothing = `holds nothing of ${area}`;
      return hit([noted(nothing)], nothing);
    }
    return hit(ofArea.map(reasonOf), `${area} at level ${level}`);
  };
}

function reasonOf(right: Right): Reason {
  return { because: pathOf(right), matched: matchedAs(right) };
}

type TierPart = NonNullable<Match['tier']>;

function tierMatcher({ of, at_least, is }: TierPart, { tiers }: Surroundings): Matcher {
  const wanted = (tier: RiskTier): boolean =>
    at_least === undefined ? (is ?? []).includes(tier) : compareTiers(tier, at_least) <= 0;
  if (of === 'role') return ({ rights }) => rolesOfTier(rights, wanted, tiers);
  return ({ rights }) => {
    const found = rights.filter(({ permission }) => wanted(tiers.ofPermission(permission).tier));
    if (found.length === 0) return MISS;
    const reasons = found.map((right) => ({
      because: { ...pathOf(right), note: tiers.ofPermission(right.permission).tier },
      matched: matchedAs(right),
    }));
    return hit(reasons, `holds ${listed(found.map(({ permission }) => permission))}`);
  };
}

function rolesOfTier(
  rights: readonly Right[],
  wanted: (tier: RiskTier) => boolean,
  tiers: Surroundings['tiers'],
): ReturnType<Matcher> {
  const found = [...grouped(rights, ({ role, scope }) => (role === null ? null : `${role} @ ${scope}`))]
    .map(([key, ofRole]) => ({ key, ofRole, tier: tierOf(ofRole, tiers) }))
    .filter(({ tier }) => wanted(tier));
  if (found.length === 0) return MISS;
  const reasons = found.flatMap(({ key, ofRole, tier }) =>
    ofRole.map((right) => {
      const { permission: _, latent: __, ...path } = pathOf(right);
      return { because: { ...path, note: tier }, matched: `role ${key}` };
    }),
  );
  const names = found.flatMap(({ ofRole }) => ofRole.map(({ role }) => `role ${role ?? ''}`));
  return hit(reasons, `holds ${listed(names)}`);
}

/** Of the rights that one role gives in one scope. */
function tierOf(rights: readonly Right[], tiers: Surroundings['tiers']): RiskTier {
  const permissions = rights.map(({ permission }) => permission);
  return tiers.ofRole(rights[0]?.role ?? '', permissions).tier;
}

/** A directly held role all of whose permissions another role of the same scope gives too. */
function redundantMatcher(ignored: readonly string[]): Matcher {
  return ({ rights }) => {
    const covered = [...grouped(rights, ({ scope }) => scope)].flatMap(([scope, inScope]) =>
      coveredRoles(inScope, ignored).map((one) => ({ ...one, scope })),
    );
    if (covered.length === 0) return MISS;
    return hit(
      covered.map(({ role, by, scope }) => ({
        because: { role, scope, note: `covered by role ${by}` },
        matched: `role ${role} @ ${scope}`,
      })),
      listed(covered.map(({ role, by }) => `role ${role} is covered by role ${by}`)),
    );
  };
}

function coveredRoles(rights: readonly Right[], ignored: readonly string[]): { role: string; by: string }[] {
  const roles = [...grouped(rights, ({ role }) => role)]
    .filter(([role]) => !isMeantByOneOf(ignored, role))
    // of a role that no catalogue explains, nothing can be said
    .filter(([, ofRole]) => ofRole.every(({ permission }) => roleOf(permission) === undefined))
    .map(([role, ofRole]) => ({
      role,
      permissions: new Set(ofRole.map(({ permission }) => permission)),
      direct: ofRole.some(({ through }) => through === null),
    }));
  return roles
    .filter(({ direct }) => direct)
    .flatMap((one) => {
      const by = roles.find(
        (other) =>
          covers(other.permissions, one.permissions) &&
          // of two that give the same, one may stay
          (other.permissions.size > one.permissions.size || other.role < one.role),
      );
      return by === undefined ? [] : [{ role: one.role, by: by.role }];
    });
}

const DAY = 24 * 60 * 60 * 1000;

function ageMatcher(age: Age, asOf: Date): Matcher {
  return ({ attributes }) => {
    const attribute =
      attributes[age.attribute] === undefined ? (age.otherwise ?? age.attribute) : age.attribute;
    const date = attributes[attribute];
    if (date === undefined) {
      const note = `${age.attribute} not stated`;
      if (age.missing === 'ignored') return MISS;
      return age.missing === 'violated' ? hit([noted(note)], note) : { is: 'unknown', why: note };
    }
    const reason = ageReason(age, date, asOf);
    if (reason === undefined) return MISS;
    const note = `${attribute} ${date.toISOString().slice(0, 10)}: ${reason}`;
    return hit([noted(note, `${attribute} ${reason}`)], note);
  };
}

function ageReason(age: Age, date: Date, asOf: Date): string | undefined {
  const { older_than_days: older, later_than_days: later } = age;
  if (older !== undefined)
    return asOf.getTime() - date.getTime() > older * DAY ? `more than ${String(older)} days ago` : undefined;
  if (later !== undefined)
    return date.getTime() - asOf.getTime() > later * DAY
      ? `more than ${String(later)} days ahead`
      : undefined;
  return age.past === true && date.getTime() < asOf.getTime() ? 'past' : undefined;
}

function missingMatcher(attributes: NonNullable<Match['missing']>): Matcher {
  return (holding) => {
    const missing = attributes.filter((attribute) => {
      const value = holding.attributes[attribute];
      return value === undefined || (typeof value === 'string' && value.trim() === '');
    });
    if (missing.length === 0) return MISS;
    const notes = missing.map((attribute) => `${attribute} not stated`);
    return hit(
      notes.map((note) => noted(note)),
      listed(notes),
    );
  };
}
