/** What is kept for a time of its own. */
export const RETENTION_KINDS = ['versions', 'observations', 'messages', 'log'] as const;
export type RetentionKind = (typeof RETENTION_KINDS)[number];
