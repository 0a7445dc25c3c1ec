/** Recognises what must never be in an export: the value of a token. Rolewatch needs to know what a token may do, not to use it. */

/** Names under which exporters write a token's value. */
const SECRET_KEYS =
  /^(token|value|secret|key|hash|jwt|bearer|password|passphrase|credentials?|authorization)$|(token|key|secret)[-_]?(value|string|hash)$|^(access|api|auth|bearer|client|private|secret|webhook|hmac)[-_]?(token|key|secret)$/i;

export const isSecretKey = (key: string): boolean => SECRET_KEYS.test(key);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const JWT = /^ey[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/;
const UNBROKEN = /^[A-Za-z0-9+/_=-]+$/;

/** A JWT, a header with a scheme, or a long run of signs that nobody would choose as an id or a name. */
export function looksSecret(text: string): boolean {
  const word = text.trim();
  if (JWT.test(word) || /^(bearer|basic|token)\s+\S{8,}$/i.test(word)) return true;
  if (UUID.test(word) || !UNBROKEN.test(word)) return false;
  if (/^[0-9a-f]+$/i.test(word)) return word.length >= 40;
  if (word.length >= 28 && /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word)) return true;
  return word.split(/[^A-Za-z0-9]/).some(isRandom);
}

/** 26 signs of which the first is small: an id by its form, as a UUID is. */
const ULID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/i;

/** Letters of one case with digits among them, again and again: words and numbers of people are written apart. */
function isRandom(run: string): boolean {
  if (run.length < 24 || /^[0-9a-f]+$/i.test(run) || ULID.test(run)) return false;
  const turns = run.match(/\d(?=[a-z])|[a-z](?=\d)/gi) ?? [];
  return turns.length >= 5;
}

export const SECRET_FOUND =
  "looks like a token's value, which must not be in this file: take it out, and revoke it if it is real";
