import { parse } from 'yaml';
import { z } from 'zod';
import { didYouMean } from '../../platform/config/nearest.js';
import { formatPath, isWellFormed } from '../json.js';
import { SourceError } from '../source.js';

/** `manifest.yaml` of an export: who states what the files beside it say. */
export interface Manifest {
  readonly exportedAt: Date;
  readonly exporter: string;
  /** The server that answered, in the exporter's words. */
  readonly server: string;
}

export const MANIFEST = 'manifest.yaml';

const words = z
  .string('expected a text')
  .trim()
  .min(1, 'expected a text that is not blank')
  .max(200, 'expected at most 200 characters')
  .refine(isWellFormed, 'expected a text without NUL or half characters');
const fields = {
  exportedAt: z.iso.datetime({
    offset: true,
    error: 'expected a moment with its zone, for example 2026-03-18T06:00:00+01:00',
  }),
  exporter: words,
  server: words,
};
const schema = z.strictObject(fields);

/**
 * @param now an export cannot be from the future
 * @throws SourceError bad-shape with every fault
 */
export function readManifest(text: string, now: Date): Manifest {
  const parsed = schema.safeParse(parseYaml(text));
  if (!parsed.success) throw fault(parsed.error.issues.flatMap(issueWords));
  const exportedAt = new Date(parsed.data.exportedAt);
  if (exportedAt > now) throw fault([`exportedAt: ${parsed.data.exportedAt} is in the future`]);
  return { ...parsed.data, exportedAt };
}

function parseYaml(text: string): unknown {
  try {
    // The core schema leaves a date a text; aliases have no use here and can be made to explode
    return parse(text, { schema: 'core', uniqueKeys: true, maxAliasCount: 0 });
  } catch (error) {
    throw fault([error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'not YAML']);
  }
}

function issueWords(issue: z.core.$ZodIssue): string[] {
  if (issue.code !== 'unrecognized_keys') return [`${formatPath(issue.path)}: ${issue.message}`];
  return issue.keys.map((key) => `${key}: not known${didYouMean(key, Object.keys(fields))}`);
}

function fault(faults: readonly string[]): SourceError {
  return new SourceError('bad-shape', `${MANIFEST}: ${faults.join('; ')}`);
}
