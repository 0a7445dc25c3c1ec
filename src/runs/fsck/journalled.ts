/** What the database notes in its journal, said once more here: who alters the one still has the other against him. */
export interface Journalled {
  readonly key: readonly string[];
  /** Columns that say nothing true: who is at it, until when. */
  readonly moving?: readonly string[];
  /** Only rows where this, said of one of its columns, is true. */
  readonly where?: string;
  /** Hashed with the row: those rows of other tables that belong to it, by column here and there. */
  readonly parts?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Only rows of which this is true are compared; of the others it is enough that they are there. */
  readonly comparedFrom?: string;
  readonly events: readonly ('insert' | 'update' | 'delete')[];
}

const once = (...key: string[]): Journalled => ({ key, events: ['insert'] });
const movingOn = (...key: string[]): Journalled => ({ key, events: ['insert', 'update'] });
/** As the others, until retention deletes it. */
const untilOld = (journalled: Journalled): Journalled => ({
  ...journalled,
  events: [...journalled.events, 'delete'],
});
const comingAndGoing = (...key: string[]): Journalled => ({ key, events: ['insert', 'update', 'delete'] });

/** In the order of time: what comes first has caused what comes later. */
export const JOURNALLED: Readonly<Record<string, Journalled>> = {
  source: movingOn('name'),
  slot: untilOld({ ...movingOn('source', 'due_at'), moving: ['holder', 'lease_until', 'epoch'] }),
  run: untilOld(movingOn('id')),
  snapshot: {
    ...once('source', 'seq'),
    // what a snapshot was hashed with goes before it; the chain of manifests still vouches for it
    comparedFrom: "seq >= greatest(horizon_of(source, 'versions'), horizon_of(source, 'observations'), 1)",
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
  change: untilOld(once('source', 'seq', 'no')),
  ruleset: once('digest'),
  ruleset_activation: once('id'),
  waiver: once('source', 'id'),
  judgement: { ...once('source', 'id'), parts: { assessment: { source: 'source', judgement: 'id' } } },
  finding: once('source', 'id'),
  finding_event: once('source', 'finding', 'no'),
  alert: untilOld(once('source', 'seq', 'no')),
  alert_acknowledgement: untilOld(once('source', 'seq', 'no')),
  outbox: {
    ...untilOld(movingOn('source', 'id')),
    moving: ['holder', 'lease_until', 'due_at'],
    parts: { outbox_about: { source: 'source', id: 'id' }, outbox_alert: { source: 'source', id: 'id' } },
  },
  outbox_attempt: untilOld(once('source', 'id', 'no')),
  api_token: { ...movingOn('id'), moving: ['last_used_at'] },
  tag_key: once('no'),
  action_log: untilOld(once('id')),
  action_log_anchor: once('id'),
  retention_policy: once('source', 'kind', 'id'),
  retention_horizon: once('source', 'kind', 'seq'),
  store_horizon: once('kind', 'before'),
  retention_run: { ...untilOld(movingOn('source', 'id')), moving: ['epoch', 'holder', 'lease_until'] },
};
