/** The `Channel` port: what delivering asks of a way out. */
import type { Severity } from '../../rules/verdicts.js';
import type { Delivery } from './back-off.js';

/** What is kept of a message until it is told: ready to be sent, without a look at anything else. */
export type Content =
  | { readonly text: string; readonly html: string }
  /** The text that is posted. */
  | { readonly body: string };

export interface Outgoing {
  readonly source: string;
  readonly messageId: string;
  readonly recipient: string;
  readonly severity: Severity;
  readonly subject: string;
  readonly content: Content;
  readonly createdAt: Date;
}

export interface Channel {
  readonly kind: 'mail' | 'hook';
  /** The one recipient of a hook; null: any. */
  readonly recipient: string | null;
  /** One attempt. Never rejects; ends when `signal` does. */
  send(message: Outgoing, signal: AbortSignal): Promise<Delivery>;
}
