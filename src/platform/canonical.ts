import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/**
 * The bytes of a JSON value by RFC 8785 (JSON Canonicalization Scheme): the same for everybody, so that they can be hashed.
 * `undefined` in objects is left out, as JSON.stringify does.
 * @throws Error for what JSON cannot hold, and for strings with a lone surrogate (see wellFormed)
 */
export function canonicalBytes(json: unknown): Buffer {
  const text = canonicalize(json);
  if (text === undefined) throw new TypeError('only JSON has canonical bytes');
  return Buffer.from(text);
}

export function sha256(...parts: readonly (Buffer | string)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/**
 * A string as PostgreSQL stores it: it refuses NUL and would turn a lone surrogate into U+FFFD by itself, so that a digest
 * made before would not be that of what is stored. Done once, where data come in.
 */
export function wellFormed(text: string): string {
  // String.prototype.toWellFormed is not in the library that TypeScript's es2023 knows
  return text.replace(/\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD');
}
