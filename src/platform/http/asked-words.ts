/** What is wrong with what is asked: in the words that faults of a configuration have, not those of the checking library. */

/** As a shape reports it: the message always, what it is about where zod made it. */
export interface AskedIssue {
  readonly message: string;
  readonly path?: readonly unknown[] | undefined;
}

/** `limit: must be at least 1; unknown key "limt"` */
export function askedWords(issues: readonly AskedIssue[]): string {
  const told = issues.filter((issue) => !isBeyondIntegers(issue) || issues.length === 1);
  return [
    ...new Set(told.map((issue) => [...(issue.path ?? []).map(String), worded(issue)].join(': '))),
  ].join('; ');
}

/** Only the library's own messages are put in other words; ours say already what would be right. */
function worded(issue: AskedIssue): string {
  if (!/^(Invalid|Unrecognized|Too) /.test(issue.message)) return issue.message;
  switch (of(issue, 'code')) {
    case 'invalid_value':
      return `must be ${listOf(issue, 'values').length === 1 ? '' : 'one of '}${listOf(issue, 'values').join(', ')}`;
    case 'unrecognized_keys':
      return listOf(issue, 'keys')
        .map((key) => `unknown key "${key}"`)
        .join('; ');
    case 'too_small':
      return of(issue, 'origin') === 'string'
        ? 'must not be empty'
        : `must be at least ${limit(issue, 'minimum')}`;
    case 'too_big':
      return `must be at most ${limit(issue, 'maximum')}${of(issue, 'origin') === 'string' ? ' characters long' : ''}`;
    case 'invalid_type':
      return issue.message.endsWith('received undefined') ? 'missing' : `must be ${expected(issue)}`;
    case 'invalid_union':
      return 'must be one value, given once';
    case 'invalid_format':
      return of(issue, 'format') === 'datetime'
        ? 'must be a time with its zone such as 2026-03-01T12:00:00Z'
        : issue.message;
    default:
      return issue.message;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a JSON object',
};

function expected(issue: AskedIssue): string {
  const type = String(of(issue, 'expected'));
  return TYPES[type] ?? type;
}

/** What no integer can be exceeds a limit of its own as well, and that one says more. */
function isBeyondIntegers(issue: AskedIssue): boolean {
  return of(issue, 'code') === 'too_big' && of(issue, 'maximum') === Number.MAX_SAFE_INTEGER;
}

function of(issue: AskedIssue, key: string): unknown {
  return Reflect.get(issue, key);
}

function limit(issue: AskedIssue, key: string): string {
  return String(of(issue, key));
}

function listOf(issue: AskedIssue, key: string): string[] {
  const list = of(issue, key);
  return Array.isArray(list) ? list.map(String) : [];
}
