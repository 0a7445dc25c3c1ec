import fc from 'fast-check';
import { messageOf, type Told } from './message.js';
import { slackBody } from './slack.js';

const told = (name: string, many = 1): Told => ({
  source: 'hq',
  snapshot: { seq: 2, recordedAt: new Date('2026-03-01T10:02:30Z'), digest: '5f0c'.repeat(16) },
  alerts: Array.from({ length: many }, (_, i) => ({
    ...{ id: `2.${i + 1}`, kind: 'right-gained', severity: 'critical' },
    subject: { kind: 'local-admin', key: `${name}${i}`, name },
    gains: [
      {
        ...{ what: 'role-granted', cause: 'assignment', tier: 'critical' },
        role: { id: '1', name },
        scope: { key: '1', name },
        gained: [name],
      },
    ],
  })),
});
interface Text {
  type: string;
  text: string;
}
interface Body {
  text: string;
  mrkdwn: boolean;
  blocks: { type: string; text?: Text; elements?: Text[] }[];
}
const body = (told: Told): Body => JSON.parse(slackBody(messageOf(told), 'a subject')) as Body;
const texts = ({ blocks }: Body): Text[] =>
  blocks.flatMap(({ text, elements = [] }) => [...(text ? [text] : []), ...elements]);

describe('a message for Slack', () => {
  it('says who gained what where, how bad it is, and what to do', () => {
    const { text, blocks } = body(told('night.shift'));
    expect(text).toBe('a subject');
    expect(blocks.map(({ type }) => type)).toEqual(['header', 'context', 'section', 'context']);
    expect(blocks[1]?.elements?.[0]).toEqual({ type: 'mrkdwn', text: '*CRITICAL*', verbatim: true });
    expect(blocks[2]?.text?.text).toMatch(
      /^night\.shift0 gained night\.shift in night\.shift\n•.*\nWhat to do: Ask who.*\nrolewatch drift hq/s,
    );
  });

  it.each([
    '<!channel>',
    '<https://evil.example|click>',
    '<@U123>',
    '*bold* _it_ ~st~ `code`',
    '&lt;!here&gt;',
    ':skull:',
  ])('gives a name like %s no power', (name) => {
    const made = body(told(name));
    for (const { type, text } of texts(made)) {
      if (type === 'mrkdwn') expect(text).toBe('*CRITICAL*');
      else expect(text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
    }
    expect(made.mrkdwn).toBe(false);
    expect(slackBody(messageOf(told(name)), name)).not.toMatch(/"text":"[^"]*[<>*_~`][^"]*","mrkdwn":false/);
  });

  it('stays within what Slack takes, however much there is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.integer({ min: 1, max: 60 }),
        (name, many) => {
          const made = body(told(name, many));
          expect(made.blocks.length).toBeLessThanOrEqual(50);
          expect(made.text.length).toBeLessThanOrEqual(300);
          for (const { type, text } of made.blocks)
            if (type === 'header') expect(text?.text.length).toBeLessThanOrEqual(150);
          for (const { text } of texts(made)) expect(text.length).toBeLessThanOrEqual(3_000);
          for (const { text } of texts(made)) expect(text.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('cuts what is escaped whole', () => {
    const { blocks } = body(told('&'.repeat(80), 30));
    for (const { text } of blocks) expect(text?.text ?? '').not.toMatch(/&(?!amp;|lt;|gt;)/);
    expect(blocks[0]?.text?.text).toMatch(/…$/);
  });

  it('says how many are left out', () => {
    expect(
      texts(body(told('x', 60)))
        .map(({ text }) => text)
        .join('|'),
    ).toContain('And 37 more: rolewatch alerts --source hq');
  });
});
