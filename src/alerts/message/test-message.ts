/** What `alerts test` sends: looks as an alert does, and says that it is none. */
import type { HookForm } from '../alerts-config.js';
import type { Recipient } from '../route.js';
import type { Content } from '../delivery/channel.js';
import { renderMail } from './mail.js';
import { slackBody } from './slack.js';
import type { Message } from './message.js';

const MESSAGE: Message = {
  source: 'test',
  severity: 'low',
  headline: 'this is a test: alerts reach you here',
  cards: [
    {
      severity: 'low',
      title: 'This is a test: alerts reach you here',
      lines: ['Somebody ran "rolewatch alerts test". Nothing has happened to any system.'],
      step: {
        text: 'Nothing. To see what was sent to whom:',
        command: 'rolewatch alerts',
      },
      ids: [],
    },
  ],
  more: null,
  footer: ['Sent by hand, not from the outbox. Nobody reads answers to this address.'],
};

export function testMessage(
  { channel }: Recipient,
  id: string,
  form: HookForm = 'signed',
): { subject: string; content: Content } {
  const { subject, text, html } = renderMail(MESSAGE);
  const json = JSON.stringify({ type: 'rolewatch.test', version: 1, id, headline: MESSAGE.headline });
  const body = form === 'slack' ? slackBody(MESSAGE, subject) : json;
  return { subject, content: channel === 'mail' ? { text, html } : { body } };
}
