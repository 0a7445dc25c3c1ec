import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { routingOf } from '../../../src/alerts/alert-routing.js';
import { NO_ALERTS } from '../../../src/alerts/alerts-config.js';
import type { DynamicModule } from '@nestjs/common';
import { createToken, revokeToken, type CreatedToken } from '../../../src/accounts/api-token.store.js';
import { AppModule } from '../../../src/app.module.js';
import type { Config } from '../../../src/config.js';
import { Log } from '../../../src/platform/log.js';
import { OpenDatabase } from '../../../src/platform/open-database.js';
import { checkYaml } from '../../../src/platform/config/check.js';
import { section } from '../../../src/platform/config/section.js';
import { serverConfig } from '../../../src/platform/config/server-config.js';
import type { Role } from '../../../src/platform/http/permissions.js';
import { TagKeys } from '../../../src/platform/tag-key.store.js';
import { AS_SHIPPED } from '../../../src/rules/rules-config.js';
import { serve, type ServeOptions } from '../../../src/runs/serve.job.js';
import { FOR_EVER } from '../../../src/runs/retention/retention-config.js';
import { sourcesSchema } from '../../../src/sources/source-config.js';
import { Pipeline } from '../../support/pipeline.js';
import { village } from '../pipeline/village.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  readonly body: string;
  /** The body, where it is JSON. */
  readonly json: ReturnType<typeof JSON.parse>;
}

export interface Asking {
  readonly method?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | object;
  /** Trusted for TLS. */
  readonly ca?: string;
}

export async function ask(base: string, path: string, asking: Asking = {}): Promise<Answer> {
  const { method = 'GET', token, headers = {}, body, ca } = asking;
  const text = typeof body === 'object' ? JSON.stringify(body) : body;
  const url = new URL(path, base);
  const options = {
    method,
    agent: false,
    // the name that is asked for is the header's business, the certificate is the address's
    ...(ca !== undefined && { ca, servername: '' }),
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(text !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      }),
      ...headers,
    },
  };
  return new Promise((answered, failed) => {
    const asked = (url.protocol === 'https:' ? secureRequest : request)(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', failed);
      response.once('end', () => {
        const bytes = Buffer.concat(chunks);
        const all = bytes.toString();
        const isJson = String(response.headers['content-type']).startsWith('application/json');
        answered({
          status: response.statusCode ?? 0,
          headers: response.headers,
          bytes,
          body: all,
          json: isJson ? JSON.parse(all) : undefined,
        });
      });
    });
    asked.once('error', failed);
    asked.end(text);
  });
}

function controllersOf({
  controllers = [],
  imports = [],
}: Pick<DynamicModule, 'controllers' | 'imports'>): unknown[] {
  return [
    ...controllers,
    ...imports.flatMap((one) => {
      if (typeof one !== 'function') return controllersOf(one as DynamicModule);
      return (Reflect.getMetadata('controllers', one) as unknown[] | undefined) ?? [];
    }),
  ];
}

/** What is configured besides the village. */
interface ConfigParts {
  readonly alerts?: Config['alerts'];
  readonly rules?: Partial<Config['rules']>;
  /** What both sources say besides. */
  readonly ofSource?: object;
}

/** The whole service on a port of its own, on a village that was read twice, and a source that never was. */
export class ApiBench {
  readonly log: string[] = [];
  base = '';
  /** All that the running service is made of. */
  controllers: unknown[] = [];
  private readonly stop = new AbortController();
  private served: Promise<void> = Promise.resolve();

  private constructor(
    readonly pipeline: Pipeline,
    private readonly parts: ConfigParts,
  ) {}

  static async open(more: Partial<ServeOptions> = {}, parts: ConfigParts = {}): Promise<ApiBench> {
    const routing = routingOf(parts.alerts ?? NO_ALERTS);
    const bench = new ApiBench(await Pipeline.start({ estate: village(), routing }), parts);
    await bench.pipeline.publish();
    bench.pipeline.estate.grantRole('sue', 1, 7);
    await bench.pipeline.publish();
    await bench.start(more);
    return bench;
  }

  async token(role: Role, sources: readonly string[] | null = null): Promise<CreatedToken> {
    const expiresAt = new Date(Date.now() + 3_600_000);
    return this.pipeline.db.transaction((tx) =>
      createToken(tx, { name: role, role, sources, expiresAt, actor: 'a tester' }),
    );
  }

  async revoke(id: number): Promise<void> {
    await this.pipeline.db.transaction((tx) => revokeToken(tx, id, 'a tester'));
  }

  ask(path: string, asking: Asking = {}): Promise<Answer> {
    return ask(this.base, path, asking);
  }

  actions(): Promise<{ actor: string; action: string; source: string | null }[]> {
    return this.pipeline.db.query(
      `SELECT actor, action, source FROM action_log WHERE action NOT LIKE 'token-%' ORDER BY id`,
    );
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.served;
    await this.pipeline.stop();
  }

  private async start(more: Partial<ServeOptions>): Promise<void> {
    const log = Log.to({ write: (line: string) => void this.log.push(line) });
    const tagKeys = new TagKeys({ no: 1, key: Buffer.alloc(32, 7) });
    const opened = new OpenDatabase(this.pipeline.db, tagKeys, false, Buffer.alloc(32, 9));
    const module = await AppModule.forRoot(this.config(), opened, log);
    this.controllers = controllersOf(module);
    await new Promise<void>((listening, failed) => {
      const onListening = (address: string): void => {
        this.base = address;
        listening();
      };
      const { signal } = this.stop;
      this.served = serve(module, { host: '127.0.0.1', port: 0, log, signal, onListening, ...more });
      this.served.catch(failed);
    });
  }

  private config(): Config {
    const { url, username } = this.pipeline.server;
    process.env['VILLAGE_PASSWORD'] = 'correct horse battery staple';
    const { sources, server } = checkYaml(
      JSON.stringify({
        sources: ['hq', 'branch'].map((name) => ({
          name,
          kind: 'ivanti-epmm',
          url,
          username,
          password: { env: 'VILLAGE_PASSWORD' },
          simulated: true,
          ...this.parts.ofSource,
        })),
      }),
      'rolewatch.yaml',
      section({ sources: sourcesSchema('.'), server: serverConfig('.') }),
    );
    const rules = { ...AS_SHIPPED, waivers: null, ...this.parts.rules };
    return { sources, server, rules, alerts: this.parts.alerts ?? NO_ALERTS, retention: FOR_EVER };
  }
}
