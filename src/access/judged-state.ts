/**
 * One state of one source as least-privilege rules see it: who holds which right, by which path. Pure.
 * It holds those who hold rights, not the directory: its size follows the rights held.
 */
import type { PrincipalKind } from './model.js';

export interface JudgedState {
  readonly source: string;
  /** What rules and risk tiers are kept under: `ivanti-epmm`, `mambo-emm`. */
  readonly product: string;
  readonly seq: number;
  /** SHA-256 of the snapshot's manifest, lower-case hex. */
  readonly digest: string;
  /** When the state was as read. */
  readonly observedAt: Date;
  /** Everybody and everything that holds a right, in the order of their ids. */
  readonly principals: readonly JudgedPrincipal[];
  /** The catalogue: every role that is defined, held or not. */
  readonly roles: readonly JudgedRole[];
  /** Scope key → name. */
  readonly scopeNames: ReadonlyMap<string, string>;
  /** What this snapshot could not see whole; empty where every list was read completely. */
  readonly incomplete: readonly IncompletePart[];
}

/** Admins, tokens and members with their grants; the roles; or the directory, which tells who is below a unit. */
export const STATE_PARTS = ['principals', 'catalogue', 'directory'] as const;
export type StatePart = (typeof STATE_PARTS)[number];

export interface IncompletePart {
  readonly part: StatePart;
  /** In words, with stream and scope. */
  readonly why: string;
}

export interface JudgedPrincipal {
  /** Identity id; of two linked identities the admin's. Decimal text. */
  readonly id: string;
  readonly kind: PrincipalKind;
  /** As the source sends it; null once erased. */
  readonly key: string | null;
  readonly name: string | null;
  /** Where the account is kept; null where the source does not say. */
  readonly origin: 'local' | 'directory' | null;
  /** The source is read with it. */
  readonly ownAccount: boolean;
  /** Of a group or a unit; `known` where we see each of them. Null for a single principal. */
  readonly members: { readonly count: number | null; readonly known: boolean } | null;
  /** What a source says of an access token (or of any principal); absent: the source does not say. */
  readonly attributes: PrincipalAttributes;
  /** One for each (permission, scope, path). Rights through a unit are shown on people who also hold rights of their own. */
  readonly rights: readonly Right[];
}

export interface PrincipalAttributes {
  readonly owner?: string;
  readonly createdBy?: string;
  readonly createdAt?: Date;
  readonly expiresAt?: Date;
  readonly lastRotatedAt?: Date;
}

export interface Right {
  /** As risk tiers call it; `role:<id>` for a role that no catalogue explains. */
  readonly permission: string;
  /** Key of the scope. */
  readonly scope: string;
  /** Id of the role it comes from; null: granted by itself. */
  readonly role: string | null;
  /** The unit or group it is held through; null: direct. */
  readonly through: { readonly id: string; readonly name: string } | null;
  /** Held, but without effect while another permission that it needs is missing. */
  readonly latent: boolean;
}

export interface JudgedRole {
  readonly id: string;
  readonly name: string | null;
  /** Key of the scope whose catalogue says so. */
  readonly scope: string;
  readonly permissions: readonly string[];
}
