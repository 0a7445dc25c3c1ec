import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Mailbox } from '../../../demo/mailbox.js';
import { type AlertRouting, routingOf } from '../../../src/alerts/alert-routing.js';
import { insertAlerts } from '../../../src/alerts/alert.store.js';
import type { AlertDraft } from '../../../src/alerts/alert.js';
import type { AlertsConfig, Route } from '../../../src/alerts/alerts-config.js';
import type { Digest } from '../../../src/alerts/digest-config.js';
import { channelsOf } from '../../../src/alerts/delivery/channels.client.js';
import { DeliverJob } from '../../../src/alerts/delivery/deliver.job.js';
import { DeliveryStore } from '../../../src/alerts/delivery/delivery.store.js';
import { type MessageView, messagesOf } from '../../../src/alerts/outbox.view.js';
import { tellDue } from '../../../src/alerts/tell-due.job.js';
import { Database } from '../../../src/platform/database.js';
import type { Tx } from '../../../src/platform/tx.js';
import { type TestDatabase, freshDatabase } from '../../support/database.js';

export const SOURCE = 'hq';
export const ANY = { severity: 'low', sources: null, scopes: null, kinds: null, hook: null } as const;
export const DAILY: Digest = { schedule: { expression: '0 7 * * *', timezone: 'UTC' }, atOnce: 'critical' };

export const route = (changed: Partial<Route>): Route => ({ ...ANY, to: [], ...changed });
export const draft = (severity: AlertDraft['severity'], why: string): AlertDraft => ({
  kind: 'run-failed',
  severity,
  body: { why, at: '2026-03-01T00:00:00.000Z' },
});

/** A database with two sources that were never read, a mailbox, and a configuration. */
export class Telling {
  private constructor(
    readonly database: TestDatabase,
    readonly mailbox: Mailbox,
    private readonly folder: string,
    readonly config: AlertsConfig,
  ) {}

  static async open(parts: Partial<AlertsConfig>): Promise<Telling> {
    const folder = mkdtempSync(join(tmpdir(), 'telling-'));
    const mailbox = await Mailbox.start({ folder });
    const database = await freshDatabase();
    await database.db.query(
      `INSERT INTO source (name, kind) VALUES ('hq', 'ivanti-epmm'), ('branch', 'ivanti-epmm')`,
    );
    const smtp = {
      ...({
        host: '127.0.0.1',
        port: mailbox.port,
        security: 'none',
        username: null,
        password: null,
      } as const),
      ...{ caFile: null, from: { name: 'Rolewatch', address: 'rolewatch@example.com' } },
      limits: { connectSeconds: 5, greetingSeconds: 5, idleSeconds: 5, messageSeconds: 20 },
    };
    return new Telling(database, mailbox, folder, { smtp, hooks: [], routes: [], ...parts });
  }

  get db(): Database {
    return this.database.db;
  }

  get routing(): AlertRouting {
    return routingOf(this.config);
  }

  async write(source: string, ...alerts: AlertDraft[]): Promise<void> {
    await this.db.transaction((tx) => this.writeIn(tx, source, ...alerts));
  }

  writeIn(tx: Tx, source: string, ...alerts: AlertDraft[]): Promise<void> {
    return insertAlerts(tx, { source, seq: 0, alerts }, this.routing);
  }

  /** As if so much time had passed. */
  async hourComes(): Promise<void> {
    await this.db.query(
      `UPDATE outbox SET due_at = date_trunc('minute', clock_timestamp()) - interval '1 minute' WHERE state = 'waiting'`,
    );
  }

  async tell(db: Database = this.db, sources = [SOURCE, 'branch']): Promise<void> {
    await tellDue({ db, alerts: this.config, sources }, (_, error) => {
      throw error;
    });
  }

  /** A replica with connections of its own. */
  replica(): Database {
    return new Database({ url: this.database.appUrl, maxConnections: 3 });
  }

  async deliver(): Promise<void> {
    const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const job = new DeliverJob(new DeliveryStore(this.db), channelsOf(this.config), quiet);
    await job.deliver({ aheadMs: 60_000, signal: new AbortController().signal });
  }

  async messages(): Promise<readonly MessageView[]> {
    return [...(await messagesOf(this.db, { limit: 200 })).messages].reverse();
  }

  /** `<recipient> <kind> <state> <alerts>` */
  async stands(): Promise<string[]> {
    return (await this.messages()).map(({ recipient, kind, state, source, alerts }) =>
      `${recipient} ${kind} ${state} ${alerts.map((id) => `${source}/${id}`).join(',')}`.trim(),
    );
  }

  async close(): Promise<void> {
    await this.mailbox.stop();
    await this.database.drop();
    rmSync(this.folder, { recursive: true });
  }
}

/** A database whose connection is cut after all was written, and before it is committed. */
export function dyingBeforeCommit(db: Database): Database {
  return Object.assign(Object.create(db) as Database, {
    transaction: <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
      db.transaction(async (tx) => {
        const done = await work(tx);
        const [own] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        await db.query('SELECT pg_terminate_backend($1)', [own?.pid]);
        return done;
      }),
  });
}
