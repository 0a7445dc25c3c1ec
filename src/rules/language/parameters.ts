/** Parameters: values that a site may set without copying a rule. */
import { didYouMean } from '../../platform/config/nearest.js';
import type { Path } from '../../platform/config/yaml-document.js';
import { REFERENCE } from './kit.js';
import type { Parameter, ParameterValue, WrittenRule } from './rule-schema.js';

/** Name → value. */
export type ParameterValues = Readonly<Record<string, ParameterValue>>;

/** Something wrong in a rule: where in it, and in words. */
export interface RuleFault {
  readonly path: Path;
  readonly message: string;
}

/** The parts of a rule in which parameters may stand. */
const OPEN_PARTS = ['applies', 'match'] as const;

interface Reference {
  readonly path: Path;
  readonly name: string;
}

/** Every `$name` of a rule, with its place. */
export function referencesOf(rule: WrittenRule): Reference[] {
  return OPEN_PARTS.flatMap((part) => referencesIn(rule[part], [part]));
}

function referencesIn(value: unknown, path: Path): Reference[] {
  if (typeof value === 'string') return REFERENCE.test(value) ? [{ path, name: value.slice(1) }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    referencesIn(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** The rule with the values of its parameters in place of their names. A name without a value stays as it is. */
export function putIn(rule: WrittenRule, values: ParameterValues): unknown {
  const filled = (value: unknown): unknown => {
    if (typeof value === 'string' && REFERENCE.test(value)) {
      const name = value.slice(1);
      return Object.hasOwn(values, name) ? values[name] : value;
    }
    if (Array.isArray(value)) return value.map(filled);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner)]));
  };
  const parts = OPEN_PARTS.filter((part) => rule[part] !== undefined);
  return { ...rule, ...Object.fromEntries(parts.map((part) => [part, filled(rule[part])])) };
}

/** The values that a rule has by itself. */
export function defaultsOf(rule: WrittenRule): ParameterValues {
  return Object.fromEntries(
    Object.entries(rule.parameters ?? {}).map(([name, parameter]) => [name, parameter.default]),
  );
}

/** What is wrong with the parameters that a rule declares and uses. */
export function parameterFaults(rule: WrittenRule): RuleFault[] {
  const declared = Object.entries(rule.parameters ?? {});
  const names = declared.map(([name]) => name);
  const unknown = referencesOf(rule)
    .filter(({ name }) => !names.includes(name))
    .map(({ path, name }) => ({
      path,
      message: `no parameter is called "${name}"${didYouMean(name, names) || '; declare it under "parameters"'}`,
    }));
  return [...declared.flatMap(([name, parameter]) => declarationFaults(name, parameter)), ...unknown];
}

function declarationFaults(name: string, parameter: Parameter): RuleFault[] {
  const path = ['parameters', name];
  const { default: value, min, max } = parameter;
  if (!REFERENCE.test(`$${name}`))
    return [{ path, message: 'must be called by lower-case letters, digits and hyphens' }];
  if (typeof value !== 'number') {
    return min === undefined && max === undefined
      ? []
      : [{ path, message: 'a list has no limits; remove min and max' }];
  }
  if (min === undefined || max === undefined)
    return [{ path, message: 'a number needs its limits; add min and max' }];
  if (min > max) return [{ path: [...path, 'min'], message: `must not be above max, ${String(max)}` }];
  return valueFaults(parameter, value).map((message) => ({ path: [...path, 'default'], message }));
}

/** Why a value does not fit its parameter; empty where it does. */
export function valueFaults(parameter: Parameter, value: ParameterValue): string[] {
  const { default: like, min = 0, max = Number.MAX_SAFE_INTEGER } = parameter;
  if (typeof like !== typeof value)
    return [`must be ${typeof like === 'number' ? 'a whole number' : 'a list of names'}`];
  if (typeof value !== 'number') return [];
  return value >= min && value <= max ? [] : [`must be a whole number from ${String(min)} to ${String(max)}`];
}
