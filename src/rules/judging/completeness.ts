/** Which way a rule may be judged on data that are not whole, and which parts of the data it needs. */
import type { JudgedState, StatePart } from '../../access/judged-state.js';
import { comparisonOf } from '../language/levels.js';
import type { Match } from '../language/rule-schema.js';
import type { Rule } from '../ruleset.js';
import { needsCatalogue } from './selectors.js';

/**
 * `presence`: broken by what is there, so more data can only break it more. `absence`: broken by what is not there, so more
 * data can only heal it. `mixed`: both.
 */
export type Direction = 'presence' | 'absence' | 'mixed';

export function directionOf({ match }: Pick<Rule, 'match'>): Direction {
  const ways = new Set<Direction>();
  if (match.none_of !== undefined || match.must_have !== undefined) ways.add('absence');
  for (const text of Object.values(match.levels ?? {})) ways.add(levelDirection(text));
  if (match.population !== undefined) ways.add(populationDirection(match.population));
  const presence: readonly (keyof Match)[] = [
    'any_of',
    'all_of',
    'other_than',
    'at_least',
    'tier',
    'separation',
    'redundant',
    'age',
    'missing',
  ];
  if (presence.some((key) => match[key] !== undefined)) ways.add('presence');
  const [only = 'presence', ...others] = ways;
  return others.length > 0 ? 'mixed' : only;
}

function levelDirection(text: string): Direction {
  const operator = comparisonOf(text)?.operator;
  if (operator === '=') return 'mixed';
  return operator === '<' || operator === '<=' ? 'absence' : 'presence';
}

function populationDirection(population: NonNullable<Match['population']>): Direction {
  if (population.at_most !== undefined) return 'presence';
  return population.at_least === undefined ? 'mixed' : 'absence';
}

/** The parts of a state without which a rule cannot be judged whole. */
export function partsNeeded(rule: Pick<Rule, 'subject' | 'match' | 'applies'>): ReadonlySet<StatePart> {
  const { subject, match, applies = {} } = rule;
  if (match.not_assessable !== undefined) return new Set();
  if (subject === 'role') return new Set(['catalogue']);
  const parts = new Set<StatePart>(['principals']);
  if (asksCatalogue(match, applies.holds)) parts.add('catalogue');
  const kinds = applies.kinds ?? ['directory-user'];
  if (kinds.some((kind) => kind === 'directory-user' || kind === 'ldap-ou')) parts.add('directory');
  return parts;
}

/** Whether anything that is asked for is told by the catalogue only. */
function asksCatalogue(match: Match, holds: readonly string[] = []): boolean {
  if (match.tier !== undefined || match.redundant !== undefined || match.levels !== undefined) return true;
  const { any_of, all_of, none_of, other_than, at_least, must_have, separation, population } = match;
  const of = population?.of === 'everyone' ? [] : population?.of;
  const lists = [any_of, all_of, none_of, other_than, at_least?.of, must_have, population?.who, of, holds];
  const names = [...lists.flatMap((list) => list ?? []), ...Object.values(separation?.sets ?? {}).flat()];
  return names.some(needsCatalogue);
}

/** Why a rule cannot be judged whole on a state; undefined where it can. */
export function incompleteFor(
  rule: Pick<Rule, 'subject' | 'match' | 'applies'>,
  state: JudgedState,
): string | undefined {
  const parts = partsNeeded(rule);
  const whys = state.incomplete
    .filter(({ part }) => parts.has(part))
    .map(({ part, why }) => `${part}: ${why}`);
  return whys.length === 0 ? undefined : [...new Set(whys)].sort().join('; ');
}
