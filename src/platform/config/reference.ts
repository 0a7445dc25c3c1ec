import { resolve } from 'node:path';
import { z } from 'zod';
import { didYouMean } from './nearest.js';

/** Where a secret is kept. It is never in the configuration itself. */
export type SecretReference = { readonly env: string } | { readonly file: string };

const HOW = 'write { env: NAME } for an environment variable, or { file: PATH }';

/**
 * A reference to a secret.
 * @param folder from which a relative `file` counts
 */
export function secretReference(folder: string): z.ZodType<SecretReference> {
  return z.unknown().transform((value, context): SecretReference => {
    const refuse = (message: string, ...path: string[]): never => {
      context.issues.push({ code: 'custom', message, path, input: undefined });
      return z.NEVER;
    };
    if (value === undefined) return refuse(`missing; ${HOW}`);
    if (typeof value === 'string') return refuse(`may not stand in this file; ${HOW}`);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return refuse(`must be a reference; ${HOW}`);
    const [[key, place] = ['', undefined], ...more] = Object.entries(value) as [string, unknown][];
    if (more.length > 0 || key === '') return refuse(`must have exactly one key; ${HOW}`);
    if (key === 'env') {
      if (typeof place === 'string' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(place)) return { env: place };
      return refuse('must be the name of an environment variable, such as HQ_PASSWORD', 'env');
    }
    if (key === 'file') {
      if (typeof place === 'string' && place !== '') return { file: resolve(folder, place) };
      return refuse('must be the path of a file that holds nothing but the secret', 'file');
    }
    return refuse(`unknown key${didYouMean(key, ['env', 'file']) || `; ${HOW}`}`, key);
  });
}
