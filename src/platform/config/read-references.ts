import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { RolewatchError } from '../errors.js';
import type { SecretReference } from './reference.js';
import { Secret } from './secret.js';

/** A secret that somebody needs now. */
export interface WantedSecret {
  /** Its path in the configuration, for messages: `sources[0].password`. */
  readonly at: string;
  readonly reference: SecretReference;
}

/** Reads a secret; one trailing line end of a file is not part of it. @throws Error naming what is not there, and its place */
export async function readSecret(
  { at, reference }: WantedSecret,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Secret> {
  if ('env' in reference) {
    const value = env[reference.env];
    if (value === undefined || value === '') throw new Error(`${reference.env} is not set (${at}.env)`);
    return new Secret(value);
  }
  const value = (await readNamedFile(reference.file, `${at}.file`)).replace(/\r?\n$/, '');
  if (value === '') throw new Error(`${reference.file} is empty (${at}.file)`);
  return new Secret(value);
}

/**
 * Waits for several reads of what the configuration names.
 * @throws RolewatchError config-invalid with the message of each that failed: one try is enough to learn of all
 */
export async function allOrEveryFault<T extends readonly Promise<unknown>[]>(
  reads: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const results = await Promise.allSettled(reads);
  const faults = results.flatMap((result) =>
    result.status === 'rejected' ? [messageOf(result.reason)] : [],
  );
  if (faults.length > 0) throw new RolewatchError('config-invalid', faults.join('\n'));
  // all are settled and none has failed
  return Promise.all(reads);
}

/**
 * Reads a text file that the configuration names.
 * @throws Error naming file, reason and place in the configuration
 */
export async function readNamedFile(file: string, at: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Error(`cannot read ${file}: ${reason(error)} (${at})`, { cause: error });
  }
}

/**
 * Reads certificates that the configuration names. Node would take a file without any for one that trusts nobody.
 * @throws Error as readNamedFile, and where there is no certificate in it, or one that is damaged
 */
export async function readCertificates(file: string, at: string): Promise<string> {
  const pem = await readNamedFile(file, at);
  const blocks = pem.match(CERTIFICATE) ?? [];
  if (blocks.length === 0)
    throw new Error(`${file} holds no certificate: a PEM file is due, with "BEGIN CERTIFICATE" (${at})`);
  const damaged = blocks.findIndex((block) => !isCertificate(block));
  if (damaged !== -1) throw new Error(`certificate ${damaged + 1} in ${file} is damaged (${at})`);
  return pem;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
};

/** Why a file could not be read, in words where the system's code is a frequent one. */
export function reason(error: unknown): string {
  const code: unknown =
    typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return (typeof code === 'string' ? REASONS[code] : undefined) ?? messageOf(error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
