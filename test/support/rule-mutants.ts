/** Every way to make one part of a rule's condition wrong: a test that lets one through does not test that part. */
import { permissionModelOf } from '../../src/access/permission-model.js';
import type { WrittenRule } from '../../src/rules/language/rule-schema.js';
import { comparisonOf } from '../../src/rules/language/levels.js';

export interface Mutant {
  /** What was made wrong, for messages. */
  readonly what: string;
  readonly rule: WrittenRule;
}

type Json = Record<string, any>;
type Path = readonly (string | number)[];

export function mutantsOf(rule: WrittenRule, product: string): Mutant[] {
  const original = JSON.stringify(rule);
  const made = [
    ...ofLists(rule),
    ...ofNumbers(rule),
    ...ofMatchers(rule),
    ...ofAudience(rule),
    ...ofLevels(rule, product),
    ...ofTiersAndAges(rule),
    ...ofPopulation(rule),
  ];
  const seen = new Set([original]);
  return made.filter(({ rule: mutant }) => {
    const text = JSON.stringify(mutant);
    return !seen.has(text) && seen.add(text);
  });
}

function changed(rule: WrittenRule, what: string, change: (copy: Json) => void): Mutant {
  const copy = JSON.parse(JSON.stringify(rule)) as Json;
  change(copy);
  return { what, rule: copy as WrittenRule };
}

function at(value: Json, path: Path): any {
  return path.reduce<any>((inner, key) => inner?.[key], value);
}

function put(value: Json, path: Path, next: unknown): void {
  at(value, path.slice(0, -1))[path.at(-1)!] = next;
}

/** Paths to everything that is so, in the condition and in the parameters' defaults. */
function paths(rule: WrittenRule, is: (value: unknown) => boolean): Path[] {
  const found: Path[] = [];
  const walk = (value: unknown, path: Path): void => {
    if (is(value)) found.push(path);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      walk(inner, [...path, Array.isArray(value) ? Number(key) : key]);
    }
  };
  for (const part of ['applies', 'match', 'fields'] as const) walk(rule[part], [part]);
  for (const name of Object.keys(rule.parameters ?? {}))
    walk(rule.parameters![name]!.default, ['parameters', name, 'default']);
  return found;
}

/** Each name left out. */
function ofLists(rule: WrittenRule): Mutant[] {
  return paths(rule, (value) => Array.isArray(value) && value.length > 1).flatMap((path) =>
    (at(rule, path) as unknown[]).map((name, i) =>
      changed(rule, `without ${path.join('.')} ${String(name)}`, (copy) => at(copy, path).splice(i, 1)),
    ),
  );
}

/** One more, one less. */
function ofNumbers(rule: WrittenRule): Mutant[] {
  return paths(rule, (value) => typeof value === 'number').flatMap((path) =>
    [-1, 1].map((step) =>
      changed(rule, `${path.join('.')} ${step > 0 ? '+' : ''}${step}`, (copy) =>
        put(copy, path, at(rule, path) + step),
      ),
    ),
  );
}

const OPPOSITE: Json = {
  any_of: 'none_of',
  none_of: 'any_of',
  all_of: 'none_of',
  must_have: 'all_of',
  other_than: 'all_of',
};

function ofMatchers(rule: WrittenRule): Mutant[] {
  const keys = Object.keys(rule.match);
  const all: Json = rule.subject === 'source' ? {} : { any_of: ['*'] };
  const dropped = keys.map((key) =>
    changed(rule, `without match.${key}`, (copy) => {
      delete copy.match[key];
      if (keys.length === 1) copy.match = all;
    }),
  );
  const turned = keys
    .filter((key) => key in OPPOSITE)
    .map((key) =>
      changed(rule, `${key} turned into ${OPPOSITE[key]}`, (copy) => {
        copy.match[OPPOSITE[key]] = [...(copy.match[OPPOSITE[key]] ?? []), ...[copy.match[key]].flat()];
        delete copy.match[key];
      }),
    );
  const loosened = keys
    .filter((key) => key === 'all_of' || key === 'any_of')
    .map((key) =>
      changed(rule, `${key} exchanged`, (copy) => {
        const other = key === 'all_of' ? 'any_of' : 'all_of';
        if (other in copy.match || copy.match[key].length < 2) return;
        copy.match[other] = copy.match[key];
        delete copy.match[key];
      }),
    );
  const sets = Object.keys(rule.match.separation?.sets ?? {}).map((set) =>
    changed(rule, `without the set ${set}`, (copy) => delete copy.match.separation.sets[set]),
  );
  return [...dropped, ...turned, ...loosened, ...sets];
}

function ofAudience(rule: WrittenRule): Mutant[] {
  const applies: Json = rule.applies ?? {};
  const dropped = Object.keys(applies).map((key) =>
    changed(rule, `without applies.${key}`, (copy) => delete copy['applies'][key]),
  );
  const exchanged = (key: string, values: readonly unknown[]): Mutant[] =>
    applies[key] === undefined
      ? []
      : values.map((value) =>
          changed(rule, `applies.${key}: ${value}`, (copy) => (copy['applies'][key] = value)),
        );
  const top = (key: 'latent' | 'combine', values: readonly string[]): Mutant[] =>
    rule[key] === undefined
      ? []
      : values.map((value) => changed(rule, `${key}: ${value}`, (copy) => (copy[key] = value)));
  return [
    ...dropped,
    ...exchanged('own_account', [true, false]),
    ...exchanged('origin', ['local', 'directory']),
    ...exchanged('members', ['known', 'unknown']),
    ...top('latent', ['exclude', 'include', 'only']),
    ...top('combine', ['per-scope', 'all-scopes']),
    ...(rule.fields === undefined ? [] : [changed(rule, 'without fields', (copy) => delete copy['fields'])]),
  ];
}

const TURNED: Json = { '>=': '<', '>': '<=', '=': '>', '<': '>=', '<=': '>' };

function ofLevels(rule: WrittenRule, product: string): Mutant[] {
  return Object.entries(rule.match.levels ?? {}).flatMap(([area, text]) => {
    const { operator, level } = comparisonOf(text)!;
    const ladder = permissionModelOf(product)
      .ladders.get(area)!
      .map((one) => one.slice(area.length + 1));
    const height = ladder.indexOf(level);
    const texts = [
      `${TURNED[operator]} ${level}`,
      ...[ladder[height - 1], ladder[height + 1]].flatMap((one) =>
        one === undefined ? [] : [`${operator} ${one}`],
      ),
    ];
    return [
      ...texts.map((one) =>
        changed(rule, `levels.${area}: ${one}`, (copy) => (copy['match'].levels[area] = one)),
      ),
      changed(rule, `without levels.${area}`, (copy) => {
        delete copy['match'].levels[area];
        if (Object.keys(copy['match'].levels).length === 0) delete copy['match'].levels;
        if (Object.keys(copy['match']).length === 0) copy['match'] = { any_of: ['*'] };
      }),
    ];
  });
}

const TIERS = ['critical', 'high', 'medium', 'low'];

function ofTiersAndAges(rule: WrittenRule): Mutant[] {
  const { tier, age } = rule.match;
  const mutants: Mutant[] = [];
  if (tier?.at_least !== undefined) {
    const place = TIERS.indexOf(tier.at_least);
    for (const next of [TIERS[place - 1], TIERS[place + 1]])
      if (next !== undefined)
        mutants.push(changed(rule, `tier at_least ${next}`, (copy) => (copy['match'].tier.at_least = next)));
  }
  for (const value of ['violated', 'unassessable', 'ignored'])
    if (age !== undefined)
      mutants.push(changed(rule, `age.missing: ${value}`, (copy) => (copy['match'].age.missing = value)));
  for (const value of ['createdAt', 'expiresAt', 'lastRotatedAt'])
    if (age !== undefined)
      mutants.push(changed(rule, `age.attribute: ${value}`, (copy) => (copy['match'].age.attribute = value)));
  if (age?.otherwise !== undefined)
    mutants.push(changed(rule, 'without age.otherwise', (copy) => delete copy['match'].age.otherwise));
  for (const [one, other] of [
    ['older_than_days', 'later_than_days'],
    ['later_than_days', 'older_than_days'],
  ] as const)
    if (age?.[one] !== undefined)
      mutants.push(
        changed(rule, `age ${one} turned`, (copy) => {
          copy['match'].age[other] = copy['match'].age[one];
          delete copy['match'].age[one];
        }),
      );
  return mutants;
}

function ofPopulation(rule: WrittenRule): Mutant[] {
  const { population } = rule.match;
  if (population === undefined) return [];
  const bounds: Json = {
    at_most: 'at_least',
    at_least: 'at_most',
    at_most_percent: 'at_least_percent',
    at_least_percent: 'at_most_percent',
  };
  const turned = Object.keys(bounds)
    .filter((key) => key in population)
    .map((key) =>
      changed(rule, `${key} turned`, (copy) => {
        copy['match'].population[bounds[key]] = copy['match'].population[key];
        delete copy['match'].population[key];
      }),
    );
  const other = population.count === 'people' ? 'principals' : 'people';
  return [
    ...turned,
    // of single principals, people and principals are the same
    ...(onlySingle(rule)
      ? []
      : [changed(rule, `count ${other}`, (copy) => (copy['match'].population.count = other))]),
    changed(rule, 'who: *', (copy) => (copy['match'].population.who = ['*'])),
  ];
}

function onlySingle(rule: WrittenRule): boolean {
  return rule.applies?.kinds?.every((kind) => kind !== 'ldap-group' && kind !== 'ldap-ou') ?? false;
}
