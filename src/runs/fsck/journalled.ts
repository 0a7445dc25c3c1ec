/** What the database notes in its journal, said once more here: who alters the one still has the other against him. */
export interface Journalled {
  readonly key: readonly string[];
  /** Columns that say nothing true: who is at it, until when. */
  readonly moving?: readonly string[];
  /** Only rows where this, said of one of its columns, is true. */
  readonly where?: string;
  /** Hashed with the row: those rows of other tables that belong to it, by column here and there. */
  readonly parts?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly events: readonly ('insert' | 'update' | 'delete')[];
}

const once = (...key: string[]): Journalled => ({ key, events: ['insert'] });
const movingOn = (...key: string[]): Journalled => ({ key, events: ['insert', 'update'] });
const comingAndGoing = (...key: string[]): Journalled => ({ key, events: ['insert', 'update', 'delete'] });

/** In the order of time: what comes first has caused what comes later. */
export const JOURNALLED: Readonly<Record<string, Journalled>> = {
  source: movingOn('name'),
  slot: { ...movingOn('source', 'due_at'), moving: ['holder', 'lease_until', 'epoch'] },
  run: movingOn('id'),
  snapshot: {
    ...once('source', 'seq'),
    parts: { hold: { source: 'source', seq: 'seq' }, observation: { source: 'source', seq: 'seq' } },
  },
  record: {
    key: ['source', 'stream', 'scope', 'identity_id', 'from_seq'],
    moving: [
      ...['until_seq', 'form', 'tag', 'tag_key', 'leaf', 'bucket', 'commit', 'body', 'personal'],
      'bears_right',
    ],
    where: 'merged',
    events: ['insert', 'delete'],
  },
  identity: {
    key: ['source', 'identity_id'],
    moving: ['name_tag', 'name_tag_key'],
    where: 'erased_at is not null',
    events: ['update', 'delete'],
  },
  link: comingAndGoing('source', 'identity_id', 'to_identity_id', 'from_seq'),
  watch: comingAndGoing('source', 'stream', 'scope', 'from_seq'),
  release: movingOn('source', 'id'),
  legal_hold: movingOn('source', 'id'),
  change: once('source', 'seq', 'no'),
  ruleset: once('digest'),
  ruleset_activation: once('id'),
  waiver: once('source', 'id'),
  judgement: { ...once('source', 'id'), parts: { assessment: { source: 'source', judgement: 'id' } } },
  finding: once('source', 'id'),
  finding_event: once('source', 'finding', 'no'),
  alert: once('source', 'seq', 'no'),
  alert_acknowledgement: once('source', 'seq', 'no'),
  outbox: {
    ...movingOn('source', 'id'),
    moving: ['holder', 'lease_until', 'due_at'],
    parts: { outbox_about: { source: 'source', id: 'id' }, outbox_alert: { source: 'source', id: 'id' } },
  },
  outbox_attempt: once('source', 'id', 'no'),
  api_token: { ...movingOn('id'), moving: ['last_used_at'] },
  tag_key: once('no'),
  action_log: once('id'),
};
