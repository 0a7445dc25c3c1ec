import type { z } from 'zod';
import { RolewatchError } from '../errors.js';
import { type Fault, faultsOf } from './faults.js';
import { YamlDocument } from './yaml-document.js';

/**
 * Checks the text of a file as a whole.
 * @param name how the file is called in messages
 * @throws RolewatchError config-invalid with every fault, in the order of the file
 */
export function checkYaml<T>(text: string, name: string, schema: z.ZodType<T>): T {
  const document = new YamlDocument(text);
  const faults: Fault[] = document.faults.map((fault) => ({ ...fault, where: '' }));
  const parsed = document.value === undefined ? undefined : schema.safeParse(document.value);
  if (parsed?.success === false) faults.push(...faultsOf(parsed.error.issues, document, schema));
  if (parsed?.success !== true || faults.length > 0)
    throw new RolewatchError('config-invalid', report(name, faults));
  return parsed.data;
}

/** `file:line:col where: message`, one a line in the order of the file, under a line that counts them. */
export function report(name: string, faults: readonly Fault[]): string {
  const sorted = [...faults].sort(
    (a, b) => a.position.line - b.position.line || a.position.column - b.position.column,
  );
  const told = sorted.map(({ position, where, message }) => {
    const place = `${name}:${String(position.line)}:${String(position.column)}`;
    return where === '' ? `${place} ${message}` : `${place} ${where}: ${message}`;
  });
  // a rule is checked as written and with its parameters put in: what is wrong in both is one fault
  const lines = [...new Set(told)];
  const count = lines.length === 1 ? 'a fault' : `${String(lines.length)} faults`;
  return [`${name} has ${count}`, ...lines].join('\n');
}
