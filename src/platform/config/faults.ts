import type { z } from 'zod';
import { didYouMean } from './nearest.js';
import { knownKeys } from './section.js';
import type { Located, Path, Position } from './yaml-document.js';

/** One thing that is wrong: where, and what would be right. */
export interface Fault {
  readonly position: Position;
  /** `sources[0].url`; empty for the file as a whole. */
  readonly where: string;
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

/** Every fault that zod found, in the words of this file's reader. Never quotes a value, which may be a secret. */
export function faultsOf(issues: readonly Issue[], document: Located, schema: z.ZodType): Fault[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return unknownKeys(issue, document);
    const fault = { position: document.locate(issue.path), where: shownPath(issue.path) };
    if (issue.code === 'invalid_union' && issue.discriminator !== undefined) {
      const options = kindsOf(issue);
      const message = wordFault(valueAt(document.value, issue.path), options);
      return [{ ...fault, message }, ...faultsBehind(issue, options, document, schema)];
    }
    return [{ ...fault, message: wording(issue, valueAt(document.value, issue.path)) }];
  });
}

/** The words that were due; zod's type for this issue does not tell of them. */
function kindsOf(issue: Issue): string[] {
  return 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
}

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, document: Located): Fault[] {
  const known = knownKeys(issue);
  return issue.keys.map((key) => ({
    position: document.locateKey(issue.path, key),
    where: shownPath([...issue.path, key]),
    message:
      key === '<<'
        ? 'merge keys are not known here; write the keys out'
        : `unknown key${didYouMean(key, known) || `; known here: ${known.join(', ')}`}`,
  }));
}

/**
 * A section of unknown kind cannot be checked, yet its other faults should not wait for a second try: it is checked
 * as the kind that it fits best.
 */
function faultsBehind(
  issue: Issue,
  options: readonly string[],
  document: Located,
  schema: z.ZodType,
): Fault[] {
  const section = issue.path.slice(0, -1);
  const guesses = options.map((option) => {
    const parsed = schema.safeParse(withValue(document.value, issue.path, option));
    const inside = (parsed.error?.issues ?? []).filter(({ path }) =>
      section.every((key, i) => path[i] === key),
    );
    return faultsOf(inside, document, schema);
  });
  return guesses.sort((a, b) => a.length - b.length)[0] ?? [];
}

function wording(issue: Issue, value: unknown): string {
  if (issue.code === 'invalid_value') return wordFault(value, issue.values.map(String));
  return value === undefined && issue.code !== 'custom' ? `missing; it ${issue.message}` : issue.message;
}

/** One of a few words was due. What stands there is shown only if it looks like a slip, not like a secret. */
function wordFault(value: unknown, words: readonly string[]): string {
  const due = words.length === 1 ? `must be ${words.join()}` : `must be one of ${words.join(', ')}`;
  if (value === undefined) return `missing; it ${due}`;
  // of a single word, `due` says it already
  return typeof value === 'string' && words.length > 1 ? due + didYouMean(value, words) : due;
}

/** `sources[0].limits.tries` */
function shownPath(path: Path): string {
  return path
    .map((key, i) => (typeof key === 'number' ? `[${String(key)}]` : `${i === 0 ? '' : '.'}${String(key)}`))
    .join('');
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => (isObject(at) ? Reflect.get(at, key) : undefined), value);
}

/** A copy of `value` with another one at `path`. */
function withValue(value: unknown, path: Path, replacement: string): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  const copy: object = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) };
  Reflect.set(copy, key, withValue(valueAt(value, [key]), rest, replacement));
  return copy;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
