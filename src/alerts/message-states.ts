export const MESSAGE_STATES = [
  'waiting',
  'pending',
  'sending',
  'sent',
  'dead',
  'collected',
  'withdrawn',
] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

/** What a message is for. */
export const MESSAGE_KINDS = ['alerts', 'digest', 'escalation', 'all-quiet'] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];
