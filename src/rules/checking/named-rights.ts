/** Every name of rights that a rule uses, with its place. */
import type { Path } from '../../platform/config/yaml-document.js';
import type { WrittenRule } from '../language/rule-schema.js';

export interface NamedRight {
  readonly path: Path;
  readonly name: string;
}

type Names = readonly string[] | string | undefined;

/** Names that parameters stand for are where their default is. */
export function rightsNamed(rule: WrittenRule): NamedRight[] {
  return listsOfRights(rule).flatMap(({ path, names }) => {
    if (Array.isArray(names)) return names.map((name: string, i) => ({ path: [...path, i], name }));
    const parameter = typeof names === 'string' ? names.slice(1) : '';
    const declared = rule.parameters?.[parameter]?.default;
    return Array.isArray(declared)
      ? declared.map((name, i) => ({ path: ['parameters', parameter, 'default', i], name }))
      : [];
  });
}

/**
 * The permissions that tests give, without their scopes: a slip in one makes a test that proves nothing. A rule about tiers
 * is tested with permissions that nobody knows, on purpose.
 */
export function rightsInTests({ match, tests = [] }: WrittenRule): NamedRight[] {
  if (match.tier !== undefined) return [];
  return tests.flatMap(({ given: { principals = {}, roles = {} } }, i) => {
    const given = ['tests', i, 'given'];
    const held = Object.entries(principals).flatMap(([name, { permissions, latent }]) =>
      Object.entries({ permissions, latent }).map(([key, names]) => ({
        path: [...given, 'principals', name, key],
        names,
      })),
    );
    const allowed = Object.entries(roles).map(([id, names]) => ({ path: [...given, 'roles', id], names }));
    return [...held, ...allowed].flatMap(({ path, names = [] }) =>
      names.map((name, at) => ({ path: [...path, at], name: name.replace(/@[^@]*$/, '') })),
    );
  });
}

interface RightsList {
  readonly path: Path;
  readonly names: Names;
}

function listsOfRights({ match, applies }: WrittenRule): RightsList[] {
  const { at_least, separation, population } = match;
  const simple = (['any_of', 'all_of', 'none_of', 'other_than', 'must_have'] as const).map((key) => ({
    path: ['match', key],
    names: match[key],
  }));
  const sets = Object.entries(separation?.sets ?? {}).map(([name, names]) => ({
    path: ['match', 'separation', 'sets', name],
    names,
  }));
  return [
    ...simple,
    ...sets,
    { path: ['match', 'at_least', 'of'], names: at_least?.of },
    { path: ['match', 'population', 'who'], names: population?.who },
    {
      path: ['match', 'population', 'of'],
      names: population?.of === 'everyone' ? undefined : population?.of,
    },
    { path: ['applies', 'holds'], names: applies?.holds },
  ];
}
