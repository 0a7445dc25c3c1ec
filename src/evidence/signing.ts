import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** PKCS #8 of an Ed25519 key is this and its 32 bytes (RFC 8410, section 7). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** What the key is derived for (OpenDatabase.derivedKey). */
export const SIGNING_PURPOSE = 'evidence signing 1';

/** @param seed 32 bytes */
export function signingKeyFrom(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' });
}

/** Ed25519 (RFC 8032), 64 bytes. */
export function signatureOf(bytes: Buffer, key: KeyObject): Buffer {
  return sign(null, bytes, key);
}

export function isSignedBy(bytes: Buffer, signature: Buffer, publicKey: KeyObject): boolean {
  return signature.length === 64 && verify(null, bytes, publicKey, signature);
}

/** The public half as PEM, as `openssl pkey -pubout` writes it. */
export function publicPem(key: KeyObject): string {
  return publicHalf(key).export({ format: 'pem', type: 'spki' }).toString();
}

/** What may be told to anybody. */
export interface PublicKey {
  readonly fingerprint: string;
  readonly pem: string;
}

export function publicKeyOf(key: KeyObject): PublicKey {
  return { fingerprint: fingerprintOf(key), pem: publicPem(key) };
}

const publicHalf = (key: KeyObject): KeyObject => (key.type === 'public' ? key : createPublicKey(key));

/** @returns undefined for anything but exactly the PEM of an Ed25519 public key */
export function publicKeyIn(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'ed25519' && publicPem(key) === pem ? key : undefined;
  } catch {
    return undefined;
  }
}

/** SHA-256 of the public key's DER, hex: what two people compare by telephone. */
export function fingerprintOf(key: KeyObject): string {
  const der = publicHalf(key).export({ format: 'der', type: 'spki' });
  return createHash('sha256').update(der).digest('hex');
}
