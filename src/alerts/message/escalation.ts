/** That nobody has acknowledged an alert, for whoever is next. Pure. */
import {
  acknowledging,
  type Card,
  inWords,
  type Message,
  messageOf,
  minuteOf,
  type Told,
} from './message.js';
import { cut, safeText } from './safe-text.js';

/** What became of a message that told of the same alerts before. */
export interface ToldBefore {
  readonly recipient: string;
  readonly state: 'sent' | 'dead' | 'not yet';
  readonly endedAt: Date | null;
}

export interface Unacknowledged {
  /** From 1. */
  readonly step: number;
  readonly minutes: number;
  readonly before: readonly ToldBefore[];
}

const NAMED = 8;

export function escalationMessage(told: Told, unacknowledged: Unacknowledged): Message {
  const message = messageOf(told);
  return {
    ...message,
    headline: cut(`nobody has acknowledged: ${message.headline}`, 300),
    cards: [firstCard(told, message, unacknowledged), ...message.cards],
  };
}

function firstCard(
  { source, alerts }: Told,
  { severity }: Message,
  { step, minutes, before }: Unacknowledged,
): Card {
  const many = alerts.length > 1;
  const lines = before.slice(0, NAMED).map(({ recipient, state, endedAt }) => {
    const when = endedAt === null ? '' : ` ${minuteOf(endedAt)}`;
    return `Told before: ${safeText(recipient, 120)}, ${WORDS[state]}${when}`;
  });
  const left = before.length - lines.length;
  return {
    severity,
    tag: 'not acknowledged',
    title: `Nobody has acknowledged ${many ? `these ${alerts.length} alerts` : 'this'} within ${inWords(minutes)}`,
    lines: [
      `Step ${step}`,
      ...(lines.length > 0 ? lines : ['Nobody was told before: no route takes it']),
      ...(left > 0 ? [`and ${left} more messages`] : []),
    ],
    step: {
      text: 'Say that somebody is on it; then it goes no further.',
      command: acknowledging(
        source,
        alerts.map(({ id }) => id),
      ),
    },
    ids: [],
  };
}

const WORDS: Readonly<Record<ToldBefore['state'], string>> = {
  sent: 'sent',
  dead: 'NOT DELIVERED, given up',
  'not yet': 'not delivered yet',
};
