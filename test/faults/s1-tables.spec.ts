import type pg from 'pg';
import { STORE_CHECKS, sourceChecks } from '../../src/runs/fsck/checks.view.js';
import { fsck } from '../../src/runs/fsck/fsck.job.js';
import { resultOf } from '../../src/runs/fsck/report.js';
import type { Sql } from '../../src/platform/tx.js';
import { type Random, seeded } from '../medium/pipeline/mutators.js';
import { asSuperuser } from '../medium/fsck/planted-store.js';
import { freshDatabase, type TestDatabase } from '../support/database.js';
import type { SmallRulebook } from '../support/rulebook.js';
import { playRichHistory, SOURCES } from './support/rich-history.js';
import {
  type Column,
  disarm,
  edit,
  insertCopy,
  place,
  remove,
  swap,
  type Table,
  tablesOf,
} from './support/tamper.js';
import { long, seed, times } from './support/tier.js';

/** Tables that carry no truth, and why. Whatever else there is, now or later, is under fsck. */
const NO_TRUTH: Readonly<Record<string, string>> = {
  stage_closing: 'what a run has read and not published; emptied by the next one',
  stage_identity: 'as stage_closing',
  stage_page: 'as stage_closing',
  stage_record: 'as stage_closing',
  stage_run: 'as stage_closing',
  stage_seen: 'as stage_closing',
  hint: 'which source is to be read once more; a run that was hinted at is in slot and action_log',
  replica: 'which processes there are just now; old rows are removed',
  page: 'a cache: what it says is compared with the records, and read anew without it',
  known_repeat: 'a memory of how a source repeats itself: without it, the next read learns it anew',
  judgement_due:
    'what is still to be judged; what was judged is in judgement, and what was not becomes due again',
  _prisma_migrations: 'which migrations have run; the runner compares their checksums at every start',
};

/** Columns that carry no truth, and why. */
const NO_TRUTH_IN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  api_token: { last_used_at: 'to the minute, for whoever tidies up; what a token did is in the action log' },
  slot: {
    holder: 'who is reading just now',
    lease_until: 'until when',
    epoch: 'how often it was claimed: a fence while it is read',
  },
  retention_run: { holder: 'who is at it', lease_until: 'until when', epoch: 'how often it was claimed' },
  outbox: { holder: 'who is sending just now', lease_until: 'until when', due_at: 'when to try next' },
  record: {
    tag: 'a keyed hash, to notice change without looking: what changed is compared with the body',
    tag_key: 'the key of tag',
  },
  identity: {
    name_tag: 'a keyed hash of a name, from which links are made; links are under the journal',
    name_tag_key: 'the key of name_tag',
  },
};

/** Under the journal like the others; but rows come only with age, which `test/medium/retention` gives them. */
const COME_WITH_AGE = ['retention_horizon', 'action_log_anchor', 'store_horizon'];

describe(`tampering with tables (ROLEWATCH_SEED=${seed})`, () => {
  const random = seeded(seed);
  let database: TestDatabase;
  let rulebook: SmallRulebook;
  let tables: Table[];

  beforeAll(async () => {
    database = await freshDatabase();
    rulebook = await playRichHistory(database);
    tables = await asSuperuser(database, tablesOf);
  }, 120_000);
  afterAll(() => database.drop());

  const truthful = (): Table[] =>
    tables.filter(({ name, rows }) => !(name in NO_TRUTH) && (rows > 0 || !COME_WITH_AGE.includes(name)));

  it('is about a history in which every table that carries truth has rows, and which is sound', async () => {
    expect(truthful().flatMap(({ name, rows }) => (rows < 2 ? name : []))).toEqual([]);
    await asSuperuser(database, async (client) => {
      expect(await faults(client)).toEqual([]);
    });
  });

  it.each(['edit', 'delete', 'insert', 'swap'] as const)(
    'every %s is found',
    async (kind) => {
      const unseen: string[] = [];
      await asSuperuser(database, async (client) => {
        await client.query('begin');
        for (const table of truthful()) {
          await client.query('savepoint disarmed');
          await disarm(client, table);
          for (const deed of deeds(kind, table, random)) {
            await client.query('savepoint deed');
            const said = await deed.done(client);
            if (said !== null && !(await isNamed(client, table)))
              unseen.push(`${kind} ${table.name} ${said}`);
            await client.query('rollback to savepoint deed');
          }
          await client.query('rollback to savepoint disarmed');
        }
        await client.query('rollback');
      });
      expect(unseen).toEqual([]);
    },
    long ? 3_600_000 : 120_000,
  );

  it('a plain statement of a superuser, which the database allows and notes, is told apart', async () => {
    await asSuperuser(database, async (client) => {
      await client.query('set session_replication_role = origin');
      await client.query(`update run set why = 'all is well' where outcome = 'failed'`);
    });
    const signal = new AbortController().signal;
    const { checks } = await fsck(database.db, { rulebook, signal, progress: () => undefined });
    expect(checks.flatMap(({ first }) => first ?? [])).toEqual([
      {
        table: 'run',
        key: { id: expect.any(Number) },
        says: expect.stringContaining('and not by Rolewatch'),
      },
    ]);
  });

  interface Deed {
    /** @returns what was done; null: it would have been nothing */
    done(client: pg.Client): Promise<string | null>;
  }

  function* deeds(
    kind: 'edit' | 'delete' | 'insert' | 'swap',
    table: Table,
    random: Random,
  ): Generator<Deed> {
    const row = () => random.below(table.rows);
    if (kind === 'edit') {
      for (const column of chosenColumns(table))
        for (let i = 0; i < times(1, 3); i++)
          yield {
            done: async (client) => {
              const n = row();
              if (!(await edit(client, table, column, await place(client, table, n)))) return null;
              return `${column.name} of row ${n}`;
            },
          };
      return;
    }
    for (let i = 0; i < times(1, 8); i++)
      yield {
        done: async (client) => {
          const [n, m] = [row(), row()];
          const at = await place(client, table, n);
          if (kind === 'delete') await remove(client, table, at);
          else if (kind === 'insert') await insertCopy(client, table, at, random);
          else if (
            !(await swap(
              client,
              table,
              at,
              await place(client, table, m),
              Object.keys(NO_TRUTH_IN[table.name] ?? {}),
            ))
          )
            return null;
          return `row ${n}${kind === 'swap' ? ` and ${m}` : ''}`;
        },
      };
  }

  function chosenColumns(table: Table): readonly Column[] {
    const columns = table.columns.filter(({ name }) => !(name in (NO_TRUTH_IN[table.name] ?? {})));
    if (long) return columns;
    return [random.pick(columns)!, random.pick(columns)!];
  }

  /** Whether a fault is found that says in which table, or in what it belongs to. */
  async function isNamed(client: pg.Client, { name }: Table): Promise<boolean> {
    for await (const fault of foundBy(client)) if (fault.includes(name)) return true;
    return false;
  }

  async function faults(client: pg.Client): Promise<string[]> {
    const all: string[] = [];
    await client.query('begin');
    for await (const fault of foundBy(client)) all.push(fault);
    await client.query('rollback');
    return all;
  }

  async function* foundBy(client: pg.Client): AsyncGenerator<string> {
    const sql: Sql = { query: async (text, params = []) => (await client.query(text, [...params])).rows };
    for (const check of STORE_CHECKS) yield* told(await resultOf(check, null, check.run(sql)));
    for (const source of SOURCES)
      for (const check of sourceChecks(rulebook))
        yield* told(await resultOf(check, source, check.run(sql, source)));
  }
});

function told({ check, first }: Awaited<ReturnType<typeof resultOf>>): string[] {
  return first === undefined ? [] : [`${check}: ${JSON.stringify(first)}`];
}
