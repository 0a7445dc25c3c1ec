import { once } from 'node:events';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { hasCode, RolewatchError } from '../platform/errors.js';
import { HttpMetrics } from '../platform/http/http-metrics.js';
import { protect, type Reach } from '../platform/http/protect.js';
import type { TlsMaterial } from '../platform/http/tls.js';
import type { Log } from '../platform/log.js';
import { NestLog } from '../platform/nest-log.js';
import { Health } from './health.job.js';
import { STYLE_HASH } from './status-page.js';

export interface ServeOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Absent: in the clear. */
  readonly tls?: TlsMaterial;
  /** By default, only this machine is answered. */
  readonly reach?: Partial<Omit<Reach, 'styleHash'>>;
  readonly log: Log;
  /** Aborted when the process is asked to stop. */
  readonly signal: AbortSignal;
  /** Called with the address once requests are answered. */
  readonly onListening?: (address: string) => void;
}

/**
 * Runs the service until it is asked to stop; then runs are drained, slots handed back and connections closed.
 * A fault that nobody catches is logged, and the process ends with 1.
 */
export async function serve(module: DynamicModule, options: ServeOptions): Promise<void> {
  const { host, port, tls, reach, log, signal } = options;
  const forget = endOnFaults(log);
  const app = await NestFactory.create<NestExpressApplication>(module, {
    logger: new NestLog(log),
    abortOnError: false,
    bodyParser: false,
    ...(tls && { httpsOptions: { ...tls } }),
  });
  try {
    app.use(app.get(HttpMetrics, { strict: false }).middleware);
    protect(app, {
      hosts: null,
      trustedProxies: [],
      onlyThroughProxies: false,
      ...reach,
      styleHash: STYLE_HASH,
    });
    await listen(app, host, port);
    const address = await app.getUrl();
    log.info('listening', { address });
    options.onListening?.(address);
    if (!signal.aborted) await once(signal, 'abort');
    log.info('stopping');
  } finally {
    await stop(app);
    forget();
  }
}

/** Why an address cannot be listened on, and what would be right. */
const NOT_TO_BE_HAD: readonly (readonly [code: string, words: string])[] = [
  ['EADDRINUSE', 'another process listens there already: end it, or name another port (server.port, --port)'],
  ['EACCES', 'this user may not: ports below 1024 are for root, so name a higher one (server.port, --port)'],
  ['EADDRNOTAVAIL', 'it is no address of this machine (server.host)'],
  ['ENOTFOUND', 'its name is not known to the DNS (server.host)'],
];

async function listen(app: NestExpressApplication, host: string, port: number): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (cause) {
    const words = NOT_TO_BE_HAD.find(([code]) => hasCode(cause, code))?.[1];
    if (words === undefined) throw cause;
    throw new RolewatchError('refused', `cannot listen on ${host}:${port}: ${words}`, { cause });
  }
}

/** So long an answer that is under way may take once the process is asked to stop. */
const ANSWERS_MS = 12_000;

/** Says "not ready" and answers on, while runs are drained; then takes no more requests, and ends those under way. */
async function stop(app: NestExpressApplication): Promise<void> {
  app.get(Health, { strict: false }).stop();
  const server = app.getHttpServer();
  const late = setTimeout(() => server.closeAllConnections(), ANSWERS_MS);
  await app.close();
  clearTimeout(late);
}

/** What nobody has foreseen leaves a process of which nobody knows what it does: it ends, and is started again. */
function endOnFaults(log: Log): () => void {
  const end = (event: string) => (error: unknown) => {
    log.fatal(event, { error });
    process.exit(1);
  };
  const onRejection = end('unhandled rejection');
  const onException = end('uncaught exception');
  process.on('unhandledRejection', onRejection).on('uncaughtException', onException);
  return () => void process.off('unhandledRejection', onRejection).off('uncaughtException', onException);
}
