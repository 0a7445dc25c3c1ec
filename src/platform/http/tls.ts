import { createSecureContext } from 'node:tls';
import { allOrEveryFault, readNamedFile } from '../config/read-references.js';
import type { TlsConfig } from '../config/server-config.js';
import { messageOf, RolewatchError } from '../errors.js';

export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
}

/** Reads certificate and key. @throws RolewatchError config-invalid where they are not there, or do not fit together */
export async function tlsMaterial({ certFile, keyFile }: TlsConfig): Promise<TlsMaterial> {
  const [cert, key] = await allOrEveryFault([
    readNamedFile(certFile, 'server.tls.certFile'),
    readNamedFile(keyFile, 'server.tls.keyFile'),
  ]);
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    // OpenSSL names what does not fit and quotes nothing of the key
    const why = messageOf(cause);
    throw new RolewatchError(
      'config-invalid',
      `server.tls: ${certFile} and ${keyFile} must be a certificate and its private key, both PEM: ${why}`,
      { cause },
    );
  }
  return { cert, key };
}
