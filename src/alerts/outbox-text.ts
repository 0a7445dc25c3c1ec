import { minuteOf } from './message/message.js';
import { safeText } from './message/safe-text.js';
import { SEVERAL } from './several.js';
import type { MessageView, OutboxView } from './outbox.view.js';

/** The outbox for a terminal: how many stand where, then each message with its story. */
export function outboxText({ messages, counts, untold }: OutboxView): string {
  const { sent, pending, sending, dead, waiting } = counts;
  const later = waiting > 0 ? `, ${waiting} for later` : '';
  const summary = `Messages: ${sent} sent, ${pending + sending} waiting${later}, ${dead} given up.`;
  const nobody =
    untold === 0
      ? []
      : [`${untold} ${untold === 1 ? 'alert was' : 'alerts were'} told to nobody: no route takes them.`];
  return [[summary, ...nobody].join('\n'), ...messages.map(messageText)].join('\n\n');
}

const STATES: Readonly<Record<MessageView['state'], string>> = {
  waiting: 'for later',
  pending: 'waiting',
  sending: 'being sent',
  sent: 'sent',
  dead: 'GIVEN UP',
  collected: 'in a digest',
  withdrawn: 'not needed',
};

function messageText(message: MessageView): string {
  const { id, source, channel, recipient, severity, subject, state, createdAt, attempts } = message;
  return [
    `${id}  ${STATES[state]}  ${channel === 'mail' ? recipient : `hook ${recipient}`}  (${source === SEVERAL ? message.kind : source}, ${severity}, ${minute(createdAt)})`,
    `    ${subject ?? 'blanked: somebody it told of was erased'}`,
    ...attempts.map(
      ({ beganAt, outcome, said }) => `    ${minute(beganAt)}  ${outcome}: ${safeText(said, 200)}`,
    ),
    ...whenLines(message),
    ...(state === 'dead'
      ? [`    ${safeText(message.why ?? '', 300)}`, `    try again: rolewatch alerts retry ${id}`]
      : []),
  ].join('\n');
}

function whenLines({ state, kind, step, dueAt, toldBy }: MessageView): string[] {
  if (toldBy !== undefined) return [`    told by message ${toldBy}`];
  if (dueAt === undefined) return [];
  if (state !== 'waiting') return [`    next attempt ${minute(dueAt)}`];
  if (kind === 'escalation')
    return [`    step ${step}: leaves ${minute(dueAt)} unless somebody acknowledges`];
  return [`    leaves with the digest of ${minute(dueAt)}`];
}

const minute = (at: string): string => minuteOf(new Date(at));
