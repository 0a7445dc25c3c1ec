import { minuteOf } from './message/message.js';
import { safeText } from './message/safe-text.js';
import type { MessageView, OutboxView } from './outbox.view.js';

/** The outbox for a terminal: how many stand where, then each message with its story. */
export function outboxText({ messages, counts, untold }: OutboxView): string {
  const { sent, pending, sending, dead } = counts;
  const summary = `Messages: ${sent} sent, ${pending + sending} waiting, ${dead} given up.`;
  const nobody =
    untold === 0
      ? []
      : [`${untold} ${untold === 1 ? 'alert was' : 'alerts were'} told to nobody: no route takes them.`];
  return [[summary, ...nobody].join('\n'), ...messages.map(messageText)].join('\n\n');
}

const STATES: Readonly<Record<MessageView['state'], string>> = {
  pending: 'waiting',
  sending: 'being sent',
  sent: 'sent',
  dead: 'GIVEN UP',
};

function messageText(message: MessageView): string {
  const { id, source, channel, recipient, severity, subject, state, createdAt, attempts, dueAt } = message;
  return [
    `${id}  ${STATES[state]}  ${channel === 'mail' ? recipient : `hook ${recipient}`}  (${source}, ${severity}, ${minute(createdAt)})`,
    `    ${subject ?? 'blanked: somebody it told of was erased'}`,
    ...attempts.map(
      ({ beganAt, outcome, said }) => `    ${minute(beganAt)}  ${outcome}: ${safeText(said, 200)}`,
    ),
    ...(dueAt === undefined ? [] : [`    next attempt ${minute(dueAt)}`]),
    ...(state === 'dead'
      ? [`    ${safeText(message.why ?? '', 300)}`, `    try again: rolewatch alerts retry ${id}`]
      : []),
  ].join('\n');
}

const minute = (at: string): string => minuteOf(new Date(at));
