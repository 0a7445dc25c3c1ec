import type { Sql } from '../../platform/tx.js';
import type { BadRow, StoreCheck } from './check.js';
import { JOURNALLED } from './journalled.js';

const INTERVALS = ['record', 'grant_', 'link', 'role_permission', 'bucket'];
/** They tell of a snapshot, and are written with it. */
const TELLING = ['observation', 'hold', 'change'];
/** What was judged, by which rules; what was told, to whom. */
const WRITTEN_ONCE = [
  ...['alert', 'ruleset', 'ruleset_activation', 'waiver', 'assessment', 'finding'],
  ...['outbox_alert', 'outbox_about', 'outbox_attempt', 'alert_acknowledgement'],
  ...['retention_policy', 'retention_horizon', 'action_log_anchor', 'store_horizon'],
];

/** Table → the triggers that keep it append-only. */
const GUARDS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    INTERVALS.map((table) => [
      table,
      ['close_only', 'begins_now', 'ends_now', 'refuse_delete', 'refuse_truncate'],
    ]),
  ),
  ...Object.fromEntries(
    TELLING.map((table) => [table, ['refuse_rewrite', 'refuse_truncate', 'of_this_publication']]),
  ),
  ...Object.fromEntries(WRITTEN_ONCE.map((table) => [table, ['refuse_rewrite', 'refuse_truncate']])),
  snapshot: ['refuse_rewrite', 'refuse_truncate', 'snapshot_follows'],
  judgement: ['refuse_rewrite', 'refuse_truncate', 'judgement_follows'],
  finding_event: ['refuse_rewrite', 'refuse_truncate', 'finding_event_follows'],
  action_log: ['refuse_rewrite', 'refuse_truncate', 'action_follows'],
  watch: ['begins_now', 'steps_once', 'refuse_delete', 'refuse_truncate'],
  release: ['steps_once', 'refuse_delete', 'refuse_truncate'],
  identity: ['identity_stays', 'refuse_delete', 'refuse_truncate'],
  legal_hold: ['legal_hold_moves_on', 'refuse_delete', 'refuse_truncate'],
  outbox: ['outbox_moves_on', 'refuse_delete', 'refuse_truncate'],
  api_token: ['api_token_moves_on', 'refuse_delete', 'refuse_truncate'],
  journal: ['refuse_rewrite', 'refuse_truncate'],
  retention_run: ['retention_run_moves_on', 'refuse_delete', 'refuse_truncate'],
};

/** Table and trigger: those that refuse, and those that write the journal. */
const TRIGGERS: readonly { readonly table: string; readonly trigger: string }[] = [
  ...Object.entries(GUARDS).flatMap(([table, triggers]) => triggers.map((trigger) => ({ table, trigger }))),
  ...Object.entries(JOURNALLED).flatMap(([table, { events }]) =>
    events.map((event) => ({ table, trigger: `journal_${event}` })),
  ),
];

/** Table → the only columns that the application may change. */
const CHANGEABLE: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(INTERVALS.map((table) => [table, ['until_seq']])),
  watch: ['first_complete_seq', 'until_seq'],
  release: ['used_seq'],
  identity: ['name_tag', 'name_tag_key'],
  legal_hold: ['released_at', 'released_by', 'released_why'],
  outbox: [
    ...['severity', 'subject', 'content', 'state', 'why', 'attempts', 'unconfirmed', 'epoch', 'holder'],
    ...['lease_until', 'due_at', 'tried_since', 'ended_at', 'told_by'],
  ],
  api_token: ['revoked_at', 'revoked_by', 'last_used_at'],
  retention_run: [
    ...['epoch', 'holder', 'lease_until', 'ended_at', 'horizon_before', 'horizon_after', 'removed', 'why'],
    'error',
  ],
};

export const protectionsCheck: StoreCheck = {
  id: 'protections',
  invariant:
    'the triggers that keep evidence append-only are in force, and the application may not go around them',
  proves: 'the database itself refuses what the other checks look for',
  async *run(sql) {
    yield* missingGuards(sql);
    if (await runsAsOwner(sql)) {
      const says =
        'rolewatch runs as the owner of its tables: that it does not alter them is convention only';
      yield { table: 'pg_class', key: { relname: 'snapshot' }, says, note: true };
    } else {
      yield* wideRights(sql);
    }
  },
};

async function* missingGuards(sql: Sql): AsyncGenerator<BadRow> {
  const missing = await sql.query<{ table: string; trigger: string }>(
    `select guard.relname as "table", guard.tgname as trigger from unnest($1::text[], $2::text[]) as guard (relname, tgname)
      where not exists (select from pg_trigger t
                         where t.tgrelid = to_regclass(guard.relname) and t.tgname = guard.tgname and t.tgenabled in ('O', 'A'))
      order by 1, 2`,
    [TRIGGERS.map(({ table }) => table), TRIGGERS.map(({ trigger }) => trigger)],
  );
  for (const { table, trigger } of missing) {
    yield { table: 'pg_trigger', key: { table, trigger }, says: 'it is missing or switched off' };
  }
}

async function runsAsOwner(sql: Sql): Promise<boolean> {
  const [row] = await sql.query<{ owner: boolean }>(
    `select pg_has_role(relowner, 'USAGE') as owner from pg_class where oid = 'snapshot'::regclass`,
  );
  return row?.owner ?? false;
}

async function* wideRights(sql: Sql): AsyncGenerator<BadRow> {
  const tables = Object.keys(GUARDS);
  const changeable = tables.flatMap((table) =>
    (CHANGEABLE[table] ?? []).map((column) => `${table}.${column}`),
  );
  const wide = await sql.query<{ table: string; right: string }>(
    `select relname as "table", privilege as "right"
       from unnest($1::text[]) as relname cross join unnest(array['DELETE', 'TRUNCATE']) as privilege
      where has_table_privilege(relname, privilege)
      union all
     select relname, 'UPDATE of ' || attname
       from unnest($1::text[]) as relname
       join pg_attribute on attrelid = to_regclass(relname) and attnum > 0 and not attisdropped
      where has_column_privilege(relname, attname, 'UPDATE') and relname || '.' || attname <> all ($2::text[])
      order by 1, 2`,
    [tables, changeable],
  );
  for (const { table, right } of wide) {
    yield {
      table: 'pg_class',
      key: { relname: table, right },
      says: 'the application may do it, and must not',
    };
  }
}
