import { type CommandContext, defineCommand } from '../platform/command/command.js';
import { didYouMean } from '../platform/config/nearest.js';
import { RolewatchError } from '../platform/errors.js';
import { type SourcesConfig, sourceNamed } from '../sources/source-config.js';
import type { AlertsConfig } from './alerts-config.js';
import { idsIn, idsInShort } from './alert-ids.js';
import { acknowledgeAlerts } from './acknowledge-alert.job.js';
import { outboxText } from './outbox-text.js';
import { MESSAGE_STATES } from './message-states.js';
import { messagesOf } from './outbox.view.js';
import { retryMessage } from './retry-message.job.js';
import { sendTests, testRecipients } from './send-test.job.js';
import { testText } from './test-text.js';

/** What this command needs of the configuration. */
export interface AlertingConfig extends SourcesConfig {
  readonly alerts: AlertsConfig;
}

type Context = CommandContext<AlertingConfig>;

const ACTIONS = ['list', 'test', 'retry', 'acknowledge'] as const;

const OPTIONS = {
  source: {
    kind: 'text',
    value: 'SOURCE',
    description: 'list: only messages about this source; acknowledge: whose alert it is',
  },
  state: { kind: 'text', value: 'STATE', description: 'list: only these', oneOf: MESSAGE_STATES },
  last: { kind: 'count', value: 'N', description: 'list: so many, the newest first (default: 20)' },
  to: { kind: 'text', value: 'ADDRESS', description: 'test: only to this address' },
  route: { kind: 'count', value: 'N', description: 'test: only where this route leads; 1 is the first' },
  reason: { kind: 'text', value: 'REASON', description: 'acknowledge: what is done about it, for the log' },
} as const;

interface Asked {
  readonly source: string | undefined;
  readonly state: string | undefined;
  readonly last: number | undefined;
  readonly to: string | undefined;
  readonly route: number | undefined;
  readonly reason: string | undefined;
}

export const alertsCommand = defineCommand({
  name: 'alerts',
  summary: 'what was told to whom, what is stuck; send a test; try again; acknowledge',
  description:
    'Without an action, or with "list": messages with everything that was tried, the newest first. "test" sends a test message now, to every recipient of every route, and says how the conversation went. "retry ID" tries a message again that was given up. "acknowledge ID" says that somebody is on an alert, so that it goes no further; several ids stand with commas between them, many in a row as 2.1-2.300. Exit code 0: done; 1: a test message did not arrive, or nothing could be done.',
  arguments: {
    action: { description: 'list (default), test, retry or acknowledge' },
    id: { description: 'retry: the number of the message; acknowledge: the id of the alert, such as 2.1' },
  },
  options: OPTIONS,
  examples: [
    'rolewatch alerts --state dead',
    'rolewatch alerts test --to me@example.com',
    'rolewatch alerts retry 7',
    'rolewatch alerts acknowledge 2.1 --source hq --reason "on it, ticket 4711"',
  ],
  async run(context: Context, args, options) {
    const action = actionOf(args.action);
    if (action === 'test') return test(context, options);
    if (action === 'retry') return retry(context, args.id);
    if (action === 'acknowledge') return acknowledge(context, args.id, options);
    return list(context, options);
  },
});

function actionOf(word = 'list'): (typeof ACTIONS)[number] {
  const action = ACTIONS.find((known) => known === word);
  if (action !== undefined) return action;
  const hint = didYouMean(word, ACTIONS) || `; there are ${ACTIONS.join(', ')}`;
  throw new RolewatchError('usage', `no action of alerts is called "${word}"${hint}`);
}

async function list(context: Context, { source, state, last = 20 }: Asked): Promise<0> {
  if (source !== undefined) sourceNamed(await context.config(), source);
  const { db } = await context.openDatabase();
  const outbox = await messagesOf(db, { source, state, limit: last });
  await context.print(outbox, () => outboxText(outbox));
  return 0;
}

async function test(context: Context, { to, route }: Asked): Promise<0 | 1> {
  const { alerts } = await context.config();
  const tested = await sendTests(alerts, testRecipients(alerts, { to, route }), context.signal);
  await context.print({ tested }, () => testText(tested));
  return tested.every(({ outcome }) => outcome === 'sent') ? 0 : 1;
}

async function retry(context: Context, id: string | undefined): Promise<0> {
  if (id === undefined)
    throw new RolewatchError('usage', 'which message? rolewatch alerts --state dead lists them');
  const { db } = await context.openDatabase();
  const recipient = await retryMessage(db, { id, actor: context.actor });
  await context.print(
    { id, recipient, state: 'pending' },
    () => `message ${id} to ${recipient} is tried again, for 24 hours`,
  );
  return 0;
}

async function acknowledge(context: Context, ids: string | undefined, asked: Asked): Promise<0> {
  const refuse = (message: string): never => {
    throw new RolewatchError('usage', message);
  };
  const alerts = idsIn(ids ?? '');
  if (alerts === null) return refuse('these are too many at once: acknowledge them in several steps');
  if (alerts.length === 0) return refuse('which alert? Its message names it, such as 2.1');
  const reason = asked.reason?.trim() ?? '';
  if (reason === '') return refuse('--reason must say what is done about it');
  if (asked.source === undefined) return refuse('--source must say whose alert it is');
  const { db } = await context.openDatabase();
  const order = { source: asked.source, alerts, actor: context.actor, reason };
  const done = await acknowledgeAlerts(db, order);
  await context.print(done, () => `acknowledged in ${done.source}: ${inWords(alerts)}; it goes no further`);
  return 0;
}

function inWords(ids: readonly string[]): string {
  const { text, left } = idsInShort(ids);
  return `${text.replaceAll(',', ', ')}${left > 0 ? ` and ${String(left)} more` : ''}`;
}
