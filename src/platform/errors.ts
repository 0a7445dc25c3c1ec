/** The closed list of what can go wrong in a way that a person can act on. */
export type ErrorCode =
  | 'config-invalid' // rolewatch.yaml or the environment: every fault is listed in the message
  | 'usage' // a command called in a way it does not understand
  | 'unknown-source'
  | 'unknown-snapshot'
  | 'before-horizon' // so long ago that it is no longer kept
  | 'unknown-subject'
  | 'unknown-finding'
  | 'unknown-alert'
  | 'unknown-hook' // no hook of this name, or not this secret: which of the two is not said
  | 'unknown-token'
  | 'unknown-message'
  | 'unknown-rule'
  | 'unauthorised' // no token, or one that is not valid any more
  | 'forbidden' // the role of the token does not allow it
  | 'too-many-requests' // too many refused tokens from one address
  | 'stopping' // this process takes no more work
  | 'source-paused'
  | 'source-busy' // another process is reading it
  | 'source-failed' // nothing could be read
  | 'nothing-held'
  | 'expectation-failed' // --expect does not match
  | 'refused' // a rule of the product forbids it (erasing somebody who is still upstream …)
  | 'fenced' // another process took the slot over
  | 'superseded' // the state this run was compared with is no longer the latest
  | 'database-unreachable'
  | 'schema-newer' // the database has migrations that this program does not know
  | 'schema-older' // it lacks some, and this user may not bring them
  | 'migration-changed' // an applied migration's file differs
  | 'migration-failed' // nothing of it was kept, or it cannot be begun
  | 'embedded-postgres'
  | 'key-unavailable'
  | 'key-changed' // not the key that the store is known by: nothing is signed with it
  | 'evidence-broken' // a bundle is not what was signed
  | 'integrity'; // fsck found a row that breaks an invariant

/** One class for every error with a closed code; the cause is kept, the message says what to do. */
export class RolewatchError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'RolewatchError';
  }
}

/** Whether a system call, a library or PostgreSQL named what went wrong with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && codes.includes(String(error.code));
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  // not `instanceof Error`: an error may come from another realm
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
}
