export const MESSAGE_STATES = ['pending', 'sending', 'sent', 'dead'] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];
