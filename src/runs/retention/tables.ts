/** What may go of a source, in this order: nothing that is kept ever refers to what has gone before it. */
export const OF_A_SOURCE = [
  ...['change', 'hold', 'grant_', 'link', 'role_permission', 'record', 'bucket', 'observation'],
  ...['outbox', 'alert', 'slot', 'run', 'identity'],
] as const;

/** What may go of the store as a whole. Staging first: it is on no hold. */
export const OF_THE_STORE = [
  ...['stage_record', 'stage_seen', 'stage_closing', 'stage_page', 'stage_identity'],
  ...['action_log', 'outbox', 'retention_run'],
] as const;

/** Of those, what goes by age alone, and how long it is kept: as what kind. */
export const STORE_KIND_OF = { outbox: 'messages', retention_run: 'log' } as const;

/** Which horizon each table has. */
export const KIND_OF: Readonly<Record<string, 'versions' | 'observations' | 'messages' | 'log'>> = {
  observation: 'observations',
  outbox: 'messages',
  alert: 'messages',
  slot: 'log',
  run: 'log',
};
