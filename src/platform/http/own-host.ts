import { isIP } from 'node:net';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;
const PORT = /:\d{1,5}$/;

/** Whether a Host header names this machine by a loopback name. */
export function isLoopbackHost(header: string | undefined): boolean {
  return header !== undefined && LOOPBACK.test(header);
}

/**
 * Whether a Host header names this service. Any other name means that a page elsewhere has pointed its own name at this
 * machine to read the answers (DNS rebinding).
 * @param ours further host names that are ours; null: only this machine is answered
 */
export function isOwnHost(header: string | undefined, ours: readonly string[] | null): boolean {
  if (header === undefined) return false;
  if (isLoopbackHost(header)) return true;
  if (ours === null) return false;
  const name = header.replace(PORT, '').toLowerCase();
  // an address cannot be pointed elsewhere
  return ours.includes(name) || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
}
