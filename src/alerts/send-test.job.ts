import { randomUUID } from 'node:crypto';
import { RolewatchError } from '../platform/errors.js';
import { routingOf } from './alert-routing.js';
import type { AlertsConfig } from './alerts-config.js';
import type { Delivery } from './delivery/back-off.js';
import { channelsOf } from './delivery/channels.client.js';
import { testMessage } from './message/test-message.js';
import { type Recipient, recipientsOf } from './route.js';
import type { Addressees } from './telling-config.js';

export interface TestChoice {
  /** Only this address. */
  readonly to?: string | undefined;
  /** Only this route; 1 is the first. */
  readonly route?: number | undefined;
}

export interface Tested extends Recipient {
  readonly outcome: Delivery['outcome'];
  /** Steps that went well, in order. */
  readonly steps: readonly string[];
  readonly said: string;
}

/** Sends a test message to each recipient, now and past the outbox. */
export async function sendTests(
  alerts: AlertsConfig,
  recipients: readonly Recipient[],
  signal: AbortSignal,
): Promise<Tested[]> {
  const tested: Tested[] = [];
  for (const recipient of recipients) tested.push(await sendTest(alerts, recipient, signal));
  return tested;
}

/** Who is meant, each once. @throws RolewatchError usage */
export function testRecipients(alerts: AlertsConfig, { to, route }: TestChoice): Recipient[] {
  const refuse = (message: string): never => {
    throw new RolewatchError('usage', message);
  };
  if (to !== undefined && route !== undefined) return refuse('either an address or a route, not both');
  if (to !== undefined) {
    if (alerts.smtp === null)
      return refuse('alerts.smtp says no mail server: nothing can be sent to an address');
    return [{ channel: 'mail', recipient: to }];
  }
  if (alerts.routes.length === 0) return refuse('alerts.routes has no route: nobody would be told anything');
  const routes = route === undefined ? alerts.routes : alerts.routes.slice(route - 1, route);
  if (route === 0 || routes.length === 0)
    return refuse(
      `there is no route ${route}: alerts.routes has ${alerts.routes.length}, and 1 is the first`,
    );
  const all = [...routes, ...(route === undefined ? beyondRoutes(alerts) : [])].flatMap(recipientsOf);
  return all.filter(
    (one, i) => all.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === i,
  );
}

/** Who would be told only when nobody acknowledges, or of each day's quiet: the last ones to find out that it fails. */
function beyondRoutes({ escalation, allQuiet }: AlertsConfig): Addressees[] {
  return [...(escalation?.steps ?? []), ...(allQuiet ? [allQuiet] : [])];
}

async function sendTest(alerts: AlertsConfig, to: Recipient, signal: AbortSignal): Promise<Tested> {
  const steps: string[] = [];
  const channel = channelsOf(alerts, (step) => steps.push(step)).find(
    ({ kind, recipient }) => kind === to.channel && (recipient === null || recipient === to.recipient),
  );
  if (channel === undefined) throw new RolewatchError('usage', `nothing leads to ${to.recipient}`);
  const messageId = `<${randomUUID()}@${routingOf(alerts).idDomain}>`;
  const message = { source: 'test', severity: 'low', messageId, recipient: to.recipient } as const;
  const form = alerts.hooks.find(({ name }) => name === to.recipient)?.form;
  const content = testMessage(to, messageId, form);
  const { outcome, said } = await channel.send({ ...message, ...content, createdAt: new Date() }, signal);
  return { ...to, outcome, steps, said };
}
