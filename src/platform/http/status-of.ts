import type { ErrorCode } from '../errors.js';

/** The HTTP status of each of our errors. */
export function statusOf(code: ErrorCode): number {
  switch (code) {
    case 'usage':
      return 400;
    case 'unauthorised':
      return 401;
    case 'forbidden':
      return 403;
    case 'unknown-source':
    case 'unknown-snapshot':
    case 'unknown-subject':
    case 'unknown-finding':
    case 'unknown-alert':
    case 'unknown-hook':
    case 'unknown-token':
    case 'unknown-message':
    case 'unknown-rule':
      return 404;
    case 'before-horizon':
      return 410;
    case 'source-paused':
    case 'source-busy':
    case 'nothing-held':
    case 'expectation-failed':
    case 'refused':
    case 'fenced':
    case 'superseded':
    case 'key-changed':
      return 409;
    case 'too-many-requests':
      return 429;
    case 'source-failed':
      return 502;
    case 'stopping':
    case 'database-unreachable':
      return 503;
    case 'config-invalid':
    case 'schema-newer':
    case 'schema-older':
    case 'migration-changed':
    case 'migration-failed':
    case 'embedded-postgres':
    case 'key-unavailable':
    case 'evidence-broken':
    case 'integrity':
      return 500;
  }
}
