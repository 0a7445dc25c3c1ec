/** A message as the JSON body of a POST, and its signature (docs/alerts.md). */
import { createHmac } from 'node:crypto';
import { compareTiers } from '../../access/risk.js';
import type { Message, Told } from './message.js';
import type { AllQuiet } from '../all-quiet.js';

/**
 * The text that is posted. Names are as the source gave them, escaped by JSON.
 * @param id the same for every attempt: who receives it twice can tell
 */
export function hookBody(id: string, told: Told, { severity, headline }: Message): string {
  const type = 'rolewatch.alerts';
  const { source, ...about } = partOf(told);
  return JSON.stringify({ type, version: 1, id, source, severity, headline, ...about });
}

/** Of one recipient, what several runs had to tell. */
export function digestJson(id: string, parts: readonly Told[], { severity, headline }: Message): string {
  return JSON.stringify({
    ...{ type: 'rolewatch.digest', version: 1, id, severity, headline },
    parts: parts.map(partOf),
  });
}

/** @param unacknowledged which step, and after how many minutes */
export function escalationJson(
  id: string,
  told: Told,
  unacknowledged: { readonly step: number; readonly minutes: number },
  { severity, headline }: Message,
): string {
  const { source, ...about } = partOf(told);
  const type = 'rolewatch.escalation';
  return JSON.stringify({ type, version: 1, id, source, severity, headline, ...unacknowledged, ...about });
}

export function allQuietJson(id: string, quiet: AllQuiet, { severity, headline }: Message): string {
  return JSON.stringify({ type: 'rolewatch.all-quiet', version: 1, id, severity, headline, ...quiet });
}

/** What takes a message need not take one of a hundred megabytes. */
const ALERTS = 1_000;

function partOf({ source, snapshot, alerts }: Told) {
  const left = alerts.length - ALERTS;
  const worst = [...alerts].sort((a, b) => compareTiers(a.severity, b.severity)).slice(0, ALERTS);
  return {
    source,
    snapshot: snapshot && { ...snapshot, recordedAt: snapshot.recordedAt.toISOString() },
    ...(left > 0 ? { alerts: worst, alertsLeft: left } : { alerts }),
  };
}

/**
 * `v1=` and the HMAC-SHA256 in lower-case hex, over the timestamp, a full stop and the body.
 * @param timestamp seconds since 1970, as in the header
 */
export function signatureOf(secret: string, timestamp: number, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}
