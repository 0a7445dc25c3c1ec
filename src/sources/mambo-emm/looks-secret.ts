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
  return word.length >= 28 && /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word);
}

export const SECRET_FOUND =
  "looks like a token's value, which must not be in this file: take it out, and revoke it if it is real";
