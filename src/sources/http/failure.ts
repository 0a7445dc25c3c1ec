/** Words for what goes wrong below HTTP. Only codes are used: messages of the parser may carry pieces of an answer. */
import type { FaultCode } from '../source.js';

export interface Failure {
  readonly code: FaultCode;
  readonly words: string;
  /** Whether the next attempt may do better. */
  readonly passing: boolean;
}

const lasting = (words: string, code: FaultCode = 'unreachable'): Failure => ({
  code,
  words,
  passing: false,
});
const passing = (words: string): Failure => ({ code: 'unreachable', words, passing: true });

const UNKNOWN_CA = lasting(
  'its certificate was issued by an authority that is not known here: set caFile to the PEM file of the CA that issued it',
);
const FAILURES: Readonly<Record<string, Failure>> = {
  CERT_HAS_EXPIRED: lasting('its TLS certificate has expired: it must be renewed on the server'),
  CERT_NOT_YET_VALID: lasting(
    'its TLS certificate is not valid yet: check the clocks of the server and of this machine',
  ),
  CERT_REVOKED: lasting('its TLS certificate is revoked: it must be replaced on the server'),
  ERR_TLS_CERT_ALTNAME_INVALID: lasting(
    'its TLS certificate is for another host: use in url the name that the certificate carries',
  ),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_CA,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_CA,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_CA,
  CERT_SIGNATURE_FAILURE: UNKNOWN_CA,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: lasting('it refuses TLS 1.2 and newer, and older is not spoken here'),
  ERR_SSL_UNSUPPORTED_PROTOCOL: lasting('it offers no TLS 1.2 or newer, and older is not spoken here'),
  ERR_SSL_WRONG_VERSION_NUMBER: lasting('it does not speak TLS on this port: check the port in url'),
  ERR_SSL_PACKET_LENGTH_TOO_LONG: lasting('it does not speak TLS on this port: check the port in url'),
  UND_ERR_HEADERS_OVERFLOW: lasting('its headers are larger than any real answer needs', 'too-large'),
  HPE_HEADER_OVERFLOW: lasting('its headers are larger than any real answer needs', 'too-large'),
  ECONNREFUSED: passing('it refuses the connection: is it up, is the port right?'),
  ECONNRESET: passing('it cut the connection'),
  EPIPE: passing('it cut the connection'),
  UND_ERR_SOCKET: passing('it ended the connection before the answer was complete'),
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: passing('the answer is not as long as its content-length says'),
  ENOTFOUND: passing('its name is not known to the DNS'),
  EAI_AGAIN: passing('the DNS does not answer'),
  EHOSTUNREACH: passing('there is no route to it'),
  ENETUNREACH: passing('there is no route to it'),
  ETIMEDOUT: passing('it does not answer'),
  UND_ERR_CONNECT_TIMEOUT: passing('it did not accept the connection in time'),
  UND_ERR_HEADERS_TIMEOUT: passing('it accepted the request and sent no headers in time'),
  UND_ERR_BODY_TIMEOUT: passing('its answer stalled'),
};

/** What an error of the network stack means for the operator. */
export function explainFailure(error: unknown): Failure {
  const code = errorCode(error);
  if (code === 'UND_ERR_SOCKET' && UNASKED.test(messageOf(error))) {
    return passing('it answers with what was not asked for (100 Continue, or another protocol)');
  }
  const known = Object.hasOwn(FAILURES, code) ? FAILURES[code] : undefined;
  if (known !== undefined) return known;
  if (code.startsWith('HPE_')) return passing(`it answers something that is not HTTP (${code})`);
  // what cannot even begin an answer is told without a code
  if (nameOf(error) === 'HTTPParserError') return passing('it answers something that is not HTTP');
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO')
    return lasting(`no TLS connection can be made with it (${code})`);
  return passing(`the connection failed (${code})`);
}

/** What the client says itself, of two answers that it has no code for. */
const UNASKED = /^bad (response|upgrade)$/;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}

function nameOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'name' in error ? error.name : undefined;
}

function errorCode(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'no code';
}
