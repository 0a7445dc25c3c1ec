/** Conditions that never come true, or always do. */
import { heightOf, permissionModelOf } from '../../access/permission-model.js';
import { isMeantByOneOf } from '../judging/selectors.js';
import { comparisonOf } from '../language/levels.js';
import type { RuleFault } from '../language/parameters.js';
import type { Rule } from '../ruleset.js';

/** Why a rule can never be broken, or is broken by everybody. */
export function neverFaults(rule: Rule): RuleFault[] {
  return [
    ...contradictions(rule),
    ...countFaults(rule),
    ...levelFaults(rule),
    ...latentFaults(rule),
    ...audienceFaults(rule),
    ...setFaults(rule),
  ];
}

const match = (key: string, message: string): RuleFault => ({ path: ['match', key], message });

function contradictions({
  match: { any_of = [], all_of = [], none_of = [], must_have = [] },
}: Rule): RuleFault[] {
  const faults: RuleFault[] = [];
  const both = all_of.filter((name) => isMeantByOneOf(none_of, name));
  if (both.length > 0) faults.push(match('none_of', `can never be so: all_of asks for ${both.join(', ')}`));
  if (any_of.length > 0 && any_of.every((name) => isMeantByOneOf(none_of, name)))
    faults.push(match('none_of', 'can never be so: any_of asks for one of the same'));
  if (must_have.length > 0 && must_have.every((name) => all_of.includes(name)))
    faults.push(match('must_have', 'can never be missing: all_of asks for the same'));
  const named = [...any_of, ...all_of];
  const twice = named.filter((name, i) => named.indexOf(name) !== i);
  if (twice.length > 0) faults.push(match('any_of', `names ${[...new Set(twice)].join(', ')} twice`));
  return faults;
}

function countFaults({ match: { at_least, population, separation } }: Rule): RuleFault[] {
  const faults: RuleFault[] = [];
  if (at_least !== undefined && at_least.n > at_least.of.length)
    faults.push(match('at_least', `can never be so: it names only ${String(at_least.of.length)}`));
  if (at_least?.n === 0) faults.push(match('at_least', 'is always so: everybody holds at least none'));
  const sets = Object.keys(separation?.sets ?? {}).length;
  if (separation?.at_most !== undefined && separation.at_most >= sets)
    faults.push(match('separation', `can never be so: there are only ${String(sets)} sets`));
  if (population?.at_most_percent !== undefined && population.at_most_percent >= 100)
    faults.push(match('population', 'can never be so: nothing is more than 100 %'));
  if (population?.at_least === 0 || population?.at_least_percent === 0)
    faults.push(match('population', 'can never be so: nothing is less than 0'));
  if (population?.at_least_percent !== undefined && population.at_least_percent > 100)
    faults.push(match('population', 'is always so: nothing reaches more than 100 %'));
  return faults;
}

function levelFaults({ match: { levels = {} }, product }: Rule): RuleFault[] {
  const model = permissionModelOf(product);
  return Object.entries(levels).flatMap(([area, text]) => {
    const comparison = comparisonOf(text);
    if (comparison === undefined) return [];
    const top = model.ladders.get(area)?.length ?? 0;
    const asked = heightOf(area, comparison.level, model);
    const path = ['match', 'levels', area];
    if (comparison.operator === '>' && asked === top)
      return [{ path, message: `can never be so: ${comparison.level} is the highest level` }];
    if (comparison.operator === '<=' && asked === top)
      return [{ path, message: `is always so: ${comparison.level} is the highest level` }];
    return [];
  });
}

function latentFaults({ latent, product }: Rule): RuleFault[] {
  return latent === 'only' && permissionModelOf(product).requires.size === 0
    ? [{ path: ['latent'], message: `can never be so: no permission of ${product} needs another one` }]
    : [];
}

const GROUPS = ['ldap-group', 'ldap-ou'];

function audienceFaults({ applies = {}, product }: Rule): RuleFault[] {
  const faults: RuleFault[] = [];
  const { kinds, origin, members, scopes, except_scopes: except, keys, except_keys: not } = applies;
  const nobody = (key: string, why: string): number =>
    faults.push({ path: ['applies', key], message: `is never so: ${why}` });
  const known = permissionModelOf(product).kinds;
  if (kinds !== undefined && known.length > 0 && !kinds.some((kind) => known.includes(kind)))
    nobody('kinds', `${product} has ${known.join(', ')}`);
  if (members !== undefined && kinds?.every((kind) => !GROUPS.includes(kind)) === true)
    nobody('members', 'none of the kinds has members');
  if (
    origin === 'local' &&
    kinds?.every((kind) => kind === 'directory-user' || GROUPS.includes(kind)) === true
  )
    nobody('origin', 'the kinds are kept in the directory');
  if (origin === 'directory' && kinds?.every((kind) => kind === 'local-admin') === true)
    nobody('origin', 'the kind is local');
  if (scopes?.every((scope) => except?.includes(scope)) === true)
    nobody('scopes', 'all of them are excepted');
  if (keys?.every((key) => not?.includes(key)) === true) nobody('keys', 'all of them are excepted');
  return faults;
}

/** A right of two sets would be a breach by itself. */
function setFaults({ match: { separation } }: Rule): RuleFault[] {
  const first = new Map<string, string>();
  return Object.entries(separation?.sets ?? {}).flatMap(([set, names]) =>
    names.flatMap((name, i) => {
      const before = first.get(name);
      first.set(name, before ?? set);
      return before === undefined || before === set
        ? []
        : [{ path: ['match', 'separation', 'sets', set, i], message: `"${name}" is in set ${before} too` }];
    }),
  );
}
