import { z } from 'zod';

/** A mapping whose keys are all known. */
export function section<T extends z.core.$ZodLooseShape>(shape: T): z.ZodObject<T, z.core.$strict> {
  const keys = Object.keys(shape);
  const due = `must be a mapping of keys to values; known here: ${keys.join(', ')}`;
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? keys.join(' ') : due),
  });
}

/** The keys that a section knows. Zod's issue does not carry them, so `section` makes them its message. */
export function knownKeys(issue: z.core.$ZodIssueUnrecognizedKeys): string[] {
  return issue.message.split(' ');
}
