const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/**
 * Whether a Host header names this machine by a loopback name. Any other name means that a page elsewhere has pointed
 * its own name at this machine to read the answers (DNS rebinding).
 */
export function isOwnHost(header: string | undefined): boolean {
  return header !== undefined && LOOPBACK.test(header);
}
