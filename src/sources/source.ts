/**
 * The `Source` port: what the pipeline asks of a connected system, and nothing more.
 * An adapter answers in pages; whether a whole read may be believed is decided by the pipeline
 * (snapshots/acceptance), the same way for every product.
 */
import type { NameSpace } from '../access/model.js';

/** One list to read. `scope` is the key of a scope ("1"), or '' where the list belongs to the whole source. */
export interface Step {
  readonly stream: string;
  readonly scope: string;
}

/** A direct assignment that a record states. `target` is `role:<key>` (or `permission:<key>`). */
export interface StatedGrant {
  readonly target: string;
  /** Key of the scope in which the right applies. */
  readonly inScope: string;
}

/** Values that fit JSON and RFC 8785: no undefined, no NaN, safe integers, well-formed strings without NUL. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** One upstream object, normalised. Equal upstream state gives equal `body` and `compared`, whatever the spelling. */
export interface ReadRecord {
  readonly nameSpace: NameSpace;
  /** Compared form of the key: ids exactly as sent, DNs canonical and reversed (access/dn). */
  readonly matchKey: string;
  /** The key as the source sent it. Personal. */
  readonly shownKey: string;
  /** The name by which another stream may mean the same object (an LDAP USER's `name`), or null. Personal. */
  readonly linkName: string | null;
  /** Evidence without a name, mail or DN in it: goes into the leaf as it is. */
  readonly body: JsonObject;
  /** Names, mails and every field we do not know. Only its commitment goes into the leaf. */
  readonly personal: JsonObject;
  /** Of `personal`, what takes part in the comparison (unknown fields do not). */
  readonly comparedPersonal: JsonObject;
  /**
   * What is kept of `personal` while this is a directory entry without role, link or role-holding OU above
   * (data minimisation; nothing of it is then compared), or null: always kept whole.
   */
  readonly minimalPersonal: JsonObject | null;
  /** Of `body`, what takes part in the comparison (texts and volatile counts do not). */
  readonly comparedBody: JsonObject;
  /** Direct assignments stated by this record; its rights. */
  readonly grants: readonly StatedGrant[];
  /** For a role record: its permissions. */
  readonly permissions: readonly string[];
}

/** Something in a page that could not be used, in words: stream, scope, page, path inside the answer, what would be right. */
export interface Fault {
  readonly code: FaultCode;
  readonly message: string;
}
export type FaultCode =
  | 'bad-json' // not JSON, truncated, nested too deep, a key twice
  | 'bad-shape' // JSON, but not what the stream's schema says
  | 'bad-row' // one entry of `results` is unusable; the others are kept
  | 'not-json-answer' // content type says HTML, 204, empty
  | 'bad-count' // totalCount or resultCount contradicts the rows
  | 'masked' // ***** where a compared field is due
  | 'beyond-end' // rows exist after the stated end
  | 'http-status'
  | 'unreachable' // refused, reset, timed out, TLS
  | 'too-large'
  | 'redirected'
  | 'denied' // 403
  | 'unauthorised' // 401
  | 'missing-file'
  | 'too-slow' // the list used up its share of the run's time
  | 'cancelled';

/** One answer of one list, in the order it was asked for. */
export interface Page {
  /** 0, 1, 2 … within one read. */
  readonly no: number;
  /** SHA-256 of the answer's raw bytes, lower-case hex. */
  readonly sha256: string;
  /** When the request was sent and when the last byte was in (for files: both `exportedAt`). */
  readonly sentAt: Date;
  readonly receivedAt: Date;
  /** Number of entries in `results`, and the source's own count of all entries (null: it has none). */
  readonly rows: number;
  readonly total: number | null;
  /** Of the faults, those of counts and paging: known without a look at the rows. */
  readonly listFaults: readonly Fault[];
  /** Faults of this page; with any but `masked` the read cannot be accepted as complete. */
  readonly faults: readonly Fault[];
  /** The usable records. Called only for a page that differs from the last accepted read. Pure and repeatable. */
  records(): readonly ReadRecord[];
}

export interface ServerInfo {
  readonly serverVersion: string | null;
  readonly apiVersion: string | null;
}

/** Ends a read. Carries the fault; what was yielded before stays usable for additions. */
export class SourceError extends Error {
  constructor(
    readonly code: FaultCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'SourceError';
  }
}

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** Ask once more after the stated end even if it came on a page with room for more (HTTP only). */
  readonly proveEnd?: boolean;
  /**
   * Confirms another read, in which something was missing: by HTTP cut into other pages, where only two reads show what
   * fell between two pages; of a file, once nobody writes to it any more.
   */
  readonly otherPages?: boolean;
}

export interface Source {
  readonly name: string;
  readonly kind: string;
  /** Stream that lists the scopes, or null where scopes are configured only. */
  readonly scopeStream: string | null;
  /** Scopes by configuration, or null: discover them. */
  readonly configuredScopes: readonly string[] | null;
  /** The account this source is read with, as a matchKey in name space `admin` or `token`; null when not known (files). */
  readonly ownAccount: string | null;
  /** Who stated what was read: 'rolewatch' or the exporter's name. */
  readonly statedBy: string;
  /** For files: when the export was made; null for a live source. */
  readonly exportedAt: Date | null;
  /** @throws SourceError */
  ping(signal: AbortSignal): Promise<ServerInfo>;
  /** The lists that need no scope (the scope stream not among them). */
  plainSteps(): readonly Step[];
  /** The lists of one scope. */
  scopedSteps(scope: string): readonly Step[];
  /** Reads one list from its start, page by page; a new call is a new read. @throws SourceError */
  read(step: Step, options: ReadOptions): AsyncIterable<Page>;
  /** The record with the rights of both: what is kept while a read that says less is not believed as a whole. Pure. */
  withRightsOf(stored: JsonObject, record: ReadRecord): ReadRecord;
  /** Free connections. */
  close(): Promise<void>;
}
