/** Every way to make one part of a rule's condition wrong: a test that lets one through does not test that part. */
import { permissionModelOf } from '../../src/access/permission-model.js';
import type { WrittenRule } from '../../src/rules/language/rule-schema.js';
import { comparisonOf } from '../../src/rules/language/levels.js';

export interface Mutant {
  /** What was made wrong, for messages. */
  readonly what: string;
  readonly rule: WrittenRule;
}

type Path = readonly (string | number)[];

/** A copy of a rule, to be made wrong by paths. */
class Copy {
  private readonly json: unknown;

  constructor(rule: WrittenRule) {
    this.json = JSON.parse(JSON.stringify(rule));
  }

  get rule(): WrittenRule {
    return this.json as WrittenRule;
  }

  get(...path: Path): unknown {
    return path.reduce((inner, key) => (isObject(inner) ? Reflect.get(inner, key) : undefined), this.json);
  }

  put(value: unknown, ...path: Path): void {
    Reflect.set(this.parentOf(path), path.at(-1)!, value);
  }

  drop(...path: Path): void {
    const parent = this.parentOf(path);
    if (Array.isArray(parent)) parent.splice(Number(path.at(-1)), 1);
    else Reflect.deleteProperty(parent, path.at(-1)!);
  }

  rename(path: Path, name: string): void {
    this.put(this.get(...path), ...path.slice(0, -1), name);
    this.drop(...path);
  }

  private parentOf(path: Path): object {
    return this.get(...path.slice(0, -1)) as object;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

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

function changed(rule: WrittenRule, what: string, change: (copy: Copy) => void): Mutant {
  const copy = new Copy(rule);
  change(copy);
  return { what, rule: copy.rule };
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
    (new Copy(rule).get(...path) as unknown[]).map((name, i) =>
      changed(rule, `without ${path.join('.')} ${String(name)}`, (copy) => copy.drop(...path, i)),
    ),
  );
}

/** One more, one less. */
function ofNumbers(rule: WrittenRule): Mutant[] {
  return paths(rule, (value) => typeof value === 'number').flatMap((path) =>
    [-1, 1].map((step) =>
      changed(rule, `${path.join('.')} by ${step}`, (copy) =>
        copy.put((copy.get(...path) as number) + step, ...path),
      ),
    ),
  );
}

const OPPOSITE: Readonly<Record<string, string>> = {
  any_of: 'none_of',
  none_of: 'any_of',
  all_of: 'none_of',
  must_have: 'all_of',
  other_than: 'all_of',
};
const OTHER: Readonly<Record<string, string>> = { all_of: 'any_of', any_of: 'all_of' };

function ofMatchers(rule: WrittenRule): Mutant[] {
  const keys = Object.keys(rule.match);
  const all = rule.subject === 'source' ? {} : { any_of: ['*'] };
  const dropped = keys.map((key) =>
    changed(rule, `without match.${key}`, (copy) => {
      copy.drop('match', key);
      if (keys.length === 1) copy.put(all, 'match');
    }),
  );
  const turned = keys.flatMap((key) => {
    const opposite = OPPOSITE[key];
    if (opposite === undefined) return [];
    return changed(rule, `${key} turned into ${opposite}`, (copy) => {
      const there = (copy.get('match', opposite) as string[] | undefined) ?? [];
      copy.put([...there, ...(copy.get('match', key) as string[])], 'match', opposite);
      copy.drop('match', key);
    });
  });
  const exchanged = keys.flatMap((key) => {
    const other = OTHER[key];
    if (other === undefined || keys.includes(other)) return [];
    const names = new Copy(rule).get('match', key) as string[];
    return names.length < 2
      ? []
      : changed(rule, `${key} exchanged`, (copy) => copy.rename(['match', key], other));
  });
  const sets = Object.keys(rule.match.separation?.sets ?? {}).map((set) =>
    changed(rule, `without the set ${set}`, (copy) => copy.drop('match', 'separation', 'sets', set)),
  );
  return [...dropped, ...turned, ...exchanged, ...sets];
}

/** The path with each of the values that it does not have. */
function withOther(rule: WrittenRule, path: Path, values: readonly string[]): Mutant[] {
  if (new Copy(rule).get(...path) === undefined) return [];
  return values.map((value) =>
    changed(rule, `${path.join('.')}: ${value}`, (copy) => copy.put(value, ...path)),
  );
}

function ofAudience(rule: WrittenRule): Mutant[] {
  const { applies = {} } = rule;
  const own = applies.own_account;
  return [
    ...Object.keys(applies).map((key) =>
      changed(rule, `without applies.${key}`, (copy) => copy.drop('applies', key)),
    ),
    ...(own === undefined
      ? []
      : [changed(rule, 'own_account turned', (copy) => copy.put(!own, 'applies', 'own_account'))]),
    ...withOther(rule, ['applies', 'origin'], ['local', 'directory']),
    ...withOther(rule, ['applies', 'members'], ['known', 'unknown']),
    ...withOther(rule, ['latent'], ['exclude', 'include', 'only']),
    ...withOther(rule, ['combine'], ['per-scope', 'all-scopes']),
    ...(rule.fields === undefined ? [] : [changed(rule, 'without fields', (copy) => copy.drop('fields'))]),
  ];
}

const TURNED = { '>=': '<', '>': '<=', '=': '>', '<': '>=', '<=': '>' };

function ofLevels(rule: WrittenRule, product: string): Mutant[] {
  const areas = Object.entries(rule.match.levels ?? {});
  return areas.flatMap(([area, text]) => {
    const { operator, level } = comparisonOf(text)!;
    const ladder = permissionModelOf(product)
      .ladders.get(area)!
      .map((one) => one.slice(area.length + 1));
    const height = ladder.indexOf(level);
    const near = [ladder[height - 1], ladder[height + 1]].filter((one) => one !== undefined);
    return [
      ...withOther(
        rule,
        ['match', 'levels', area],
        [`${TURNED[operator]} ${level}`, ...near.map((one) => `${operator} ${one}`)],
      ),
      changed(rule, `without levels.${area}`, (copy) => {
        if (areas.length > 1) copy.drop('match', 'levels', area);
        else if (Object.keys(rule.match).length > 1) copy.drop('match', 'levels');
        else copy.put({ any_of: ['*'] }, 'match');
      }),
    ];
  });
}

const TIERS = ['critical', 'high', 'medium', 'low'];

function ofTiersAndAges(rule: WrittenRule): Mutant[] {
  const { tier, age } = rule.match;
  const place = TIERS.indexOf(tier?.at_least ?? '');
  const near = [TIERS[place - 1], TIERS[place + 1]].filter((one) => one !== undefined);
  const turned = (from: 'older_than_days' | 'later_than_days', to: string): Mutant[] =>
    age?.[from] === undefined
      ? []
      : [changed(rule, `age.${from} turned`, (copy) => copy.rename(['match', 'age', from], to))];
  return [
    ...withOther(rule, ['match', 'tier', 'at_least'], near),
    ...withOther(rule, ['match', 'age', 'missing'], ['violated', 'unassessable', 'ignored']),
    ...withOther(rule, ['match', 'age', 'attribute'], ['createdAt', 'expiresAt', 'lastRotatedAt']),
    ...(age?.otherwise === undefined
      ? []
      : [changed(rule, 'without age.otherwise', (copy) => copy.drop('match', 'age', 'otherwise'))]),
    ...turned('older_than_days', 'later_than_days'),
    ...turned('later_than_days', 'older_than_days'),
  ];
}

const BOUNDS: Readonly<Record<string, string>> = {
  at_most: 'at_least',
  at_least: 'at_most',
  at_most_percent: 'at_least_percent',
  at_least_percent: 'at_most_percent',
};

function ofPopulation(rule: WrittenRule): Mutant[] {
  const { population } = rule.match;
  if (population === undefined) return [];
  const path = ['match', 'population'];
  return [
    ...Object.keys(population).flatMap((key) => {
      const other = BOUNDS[key];
      return other === undefined
        ? []
        : [changed(rule, `${key} turned`, (copy) => copy.rename([...path, key], other))];
    }),
    // of single principals, people and principals are the same
    ...(onlySingle(rule) ? [] : withOther(rule, [...path, 'count'], ['people', 'principals'])),
    changed(rule, 'who: *', (copy) => copy.put(['*'], ...path, 'who')),
  ];
}

function onlySingle(rule: WrittenRule): boolean {
  return rule.applies?.kinds?.every((kind) => kind !== 'ldap-group' && kind !== 'ldap-ou') ?? false;
}
