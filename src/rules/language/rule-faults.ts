/** What a rule's shape alone does not show to be wrong: parts that do not fit each other, or the product. */
import { permissionModelOf } from '../../access/permission-model.js';
import { didYouMean } from '../../platform/config/nearest.js';
import { controlOf, FRAMEWORKS } from './controls.js';
import { comparisonOf } from './levels.js';
import { defaultsOf, parameterFaults, putIn, type RuleFault, valueFaults } from './parameters.js';
import { CLOSED_RULE, type ClosedRule, type Match, type WrittenRule } from './rule-schema.js';

type Subject = ClosedRule['subject'];

/** Everything that is wrong with a rule of a product, beyond its shape. */
export function ruleFaults(rule: WrittenRule, product: string): RuleFault[] {
  const parameters = parameterFaults(rule);
  const closed = parameters.length > 0 ? undefined : CLOSED_RULE.safeParse(putIn(rule, defaultsOf(rule)));
  const misfits = closed?.error?.issues.map(({ path, message }) => ({ path, message })) ?? [];
  return [
    ...parameters,
    ...misfits,
    ...controlFaults(rule),
    ...subjectFaults(rule),
    ...matchFaults(rule),
    ...levelFaults(rule, product),
    ...fieldFaults(rule),
    ...testFaults(rule),
  ];
}

function controlFaults(rule: WrittenRule): RuleFault[] {
  const frameworks = [...FRAMEWORKS.keys()];
  return rule.controls.flatMap((control, i) => {
    if (controlOf(control) !== undefined) return [];
    const message = `must begin with a framework: ${frameworks.join(', ')}${didYouMean(control, frameworks)}`;
    return [{ path: ['controls', i], message }];
  });
}

const MATCHERS: Readonly<Record<Subject, readonly (keyof Match)[]>> = {
  principal: [
    'any_of',
    'all_of',
    'none_of',
    'other_than',
    'at_least',
    'must_have',
    'levels',
    'tier',
    'separation',
    'redundant',
    'age',
    'missing',
  ],
  role: ['any_of', 'all_of', 'none_of', 'other_than', 'at_least', 'must_have', 'levels', 'tier'],
  source: ['population', 'not_assessable'],
};
const OF_ROLES = ['roles', 'except_roles', 'scopes', 'except_scopes', 'source_scopes_at_least'];
const OF_HOLDERS_ONLY = ['roles', 'except_roles'];

function subjectFaults({ subject, match, applies }: WrittenRule): RuleFault[] {
  const wrong = Object.keys(match).filter((key) => !MATCHERS[subject].includes(key as keyof Match));
  const limits = Object.keys(applies ?? {}).filter((key) =>
    subject === 'role' ? !OF_ROLES.includes(key) : OF_HOLDERS_ONLY.includes(key),
  );
  return [
    ...wrong.map((key) => ({
      path: ['match', key],
      message: `does not go with subject ${subject}; there are ${MATCHERS[subject].join(', ')}`,
    })),
    ...limits.map((key) => ({ path: ['applies', key], message: `does not go with subject ${subject}` })),
  ];
}

/** The keys of which exactly one must be there. */
function oneOf(path: readonly string[], value: object, keys: readonly string[]): RuleFault[] {
  const found = keys.filter((key) => Reflect.get(value, key) !== undefined);
  return found.length === 1 ? [] : [{ path, message: `must say exactly one of ${keys.join(', ')}` }];
}

function matchFaults({ match, subject }: WrittenRule): RuleFault[] {
  const faults: RuleFault[] = [];
  const { age, tier, separation, population } = match;
  if (subject === 'source') faults.push(...oneOf(['match'], match, MATCHERS.source));
  else if (Object.keys(match).length === 0)
    faults.push({ path: ['match'], message: `must have at least one of ${MATCHERS[subject].join(', ')}` });
  if (age !== undefined && (age.missing !== 'violated' || datesCompared(age) > 0))
    faults.push(...oneOf(['match', 'age'], age, ['older_than_days', 'later_than_days', 'past']));
  if (tier !== undefined) faults.push(...oneOf(['match', 'tier'], tier, ['at_least', 'is']));
  if (separation !== undefined && Object.keys(separation.sets).length < 2)
    faults.push({ path: ['match', 'separation', 'sets'], message: 'must have at least two sets' });
  if (population !== undefined) faults.push(...populationFaults(population));
  return faults;
}

function datesCompared(age: NonNullable<WrittenRule['match']['age']>): number {
  return [age.older_than_days, age.later_than_days, age.past].filter((one) => one !== undefined).length;
}

function populationFaults(population: NonNullable<WrittenRule['match']['population']>): RuleFault[] {
  const path = ['match', 'population'];
  const bounds = ['at_most', 'at_least', 'at_most_percent', 'at_least_percent'];
  const percent = population.at_most_percent !== undefined || population.at_least_percent !== undefined;
  const faults = oneOf(path, population, bounds);
  if (percent && population.of === undefined)
    faults.push({ path, message: 'a percentage needs what it is of; add of: everyone, or a list of rights' });
  if (!percent && population.of !== undefined)
    faults.push({ path: [...path, 'of'], message: 'goes with a percentage only' });
  return faults;
}

function levelFaults({ match }: WrittenRule, product: string): RuleFault[] {
  const { ladders } = permissionModelOf(product);
  const areas = [...ladders.keys()];
  return Object.entries(match.levels ?? {}).flatMap(([area, text]) => {
    const path = ['match', 'levels', area];
    const ladder = ladders.get(area);
    if (ladder === undefined) {
      const known = areas.length === 0 ? `${product} has no levels` : `known here: ${areas.join(', ')}`;
      return [{ path, message: `no such area${didYouMean(area, areas) || `; ${known}`}` }];
    }
    const levels = ladder.map((permission) => permission.slice(area.length + 1));
    const comparison = comparisonOf(text);
    if (comparison === undefined)
      return [{ path, message: 'must be a comparison with >=, >, =, < or <=, such as ">= manage"' }];
    return levels.includes(comparison.level)
      ? []
      : [
          {
            path,
            message: `no such level${didYouMean(comparison.level, levels) || `; there are ${levels.join(', ')}`}`,
          },
        ];
  });
}

/** A combination is one finding; only what is matched one by one can be several. */
function fieldFaults({ fields = [], match, subject }: WrittenRule): RuleFault[] {
  const path = ['fields'];
  const split = fields.filter((field) => field !== 'scope');
  if (subject === 'source' && split.length > 0)
    return [{ path, message: 'of a source, only scope can be one' }];
  const single = Object.keys(match).every((key) =>
    ['any_of', 'other_than', 'tier', 'redundant'].includes(key),
  );
  return split.length === 0 || single
    ? []
    : [{ path, message: `${split.join(', ')} goes with any_of, other_than, tier and redundant only` }];
}

function testFaults(rule: WrittenRule): RuleFault[] {
  const declared = rule.parameters ?? {};
  return (rule.tests ?? []).flatMap(({ given, expect, parameters = {} }, i) => {
    const principals = Object.keys(given.principals ?? {});
    const known = { principal: principals, role: Object.keys(given.roles ?? {}), source: ['source'] };
    const expected = typeof expect === 'string' ? [] : expect;
    const strangers = expected.flatMap((one, at) => {
      const subject = typeof one === 'string' ? one : one.subject;
      if (rule.subject === 'role' || known[rule.subject].includes(subject)) return [];
      const message = `no such subject in "given"${didYouMean(subject, known[rule.subject])}`;
      return [{ path: ['tests', i, 'expect', at], message }];
    });
    const values = Object.entries(parameters).flatMap(([name, value]) => {
      const parameter = Object.hasOwn(declared, name) ? declared[name] : undefined;
      const messages =
        parameter === undefined
          ? [`no such parameter${didYouMean(name, Object.keys(declared))}`]
          : valueFaults(parameter, value);
      return messages.map((message) => ({ path: ['tests', i, 'parameters', name], message }));
    });
    return [...strangers, ...values];
  });
}
