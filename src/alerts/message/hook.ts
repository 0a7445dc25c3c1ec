/** A message as the JSON body of a POST, and its signature (docs/alerts.md). */
import { createHmac } from 'node:crypto';
import type { Message, Told } from './message.js';

/**
 * The text that is posted. Names are as the source gave them, escaped by JSON.
 * @param id the same for every attempt: who receives it twice can tell
 */
export function hookBody(id: string, told: Told, { severity, headline }: Message): string {
  const { source, snapshot, alerts } = told;
  return JSON.stringify({
    type: 'rolewatch.alerts',
    version: 1,
    id,
    source,
    severity,
    headline,
    snapshot: snapshot && { ...snapshot, recordedAt: snapshot.recordedAt.toISOString() },
    alerts,
  });
}

/**
 * `v1=` and the HMAC-SHA256 in lower-case hex, over the timestamp, a full stop and the body.
 * @param timestamp seconds since 1970, as in the header
 */
export function signatureOf(secret: string, timestamp: number, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}
