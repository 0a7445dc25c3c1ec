import { once } from 'node:events';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import type { Log } from '../platform/log.js';
import { NestLog } from '../platform/nest-log.js';
import { isOwnHost } from './own-host.js';
import { STYLE_HASH } from './status-page.js';

export interface ServeOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly log: Log;
  /** Aborted when the process is asked to stop. */
  readonly signal: AbortSignal;
  /** Called with the address once requests are answered. */
  readonly onListening?: (address: string) => void;
}

/**
 * Runs the service until it is asked to stop; then runs are drained, slots handed back and connections closed.
 * A promise nobody waits for that fails is a fault of ours: it is logged, and the process ends with 1.
 */
export async function serve(module: DynamicModule, options: ServeOptions): Promise<void> {
  const { host, port, log, signal } = options;
  const onUnhandled = (error: unknown): never => {
    log.fatal('unhandled rejection', { error });
    process.exit(1);
  };
  process.on('unhandledRejection', onUnhandled);
  const app = await NestFactory.create<NestExpressApplication>(module, {
    logger: new NestLog(log),
    abortOnError: false,
    forceCloseConnections: true,
  });
  try {
    protect(app);
    await app.listen(port, host);
    const address = await app.getUrl();
    log.info('listening', { address });
    options.onListening?.(address);
    if (!signal.aborted) await once(signal, 'abort');
    log.info('stopping');
  } finally {
    await app.close();
    process.off('unhandledRejection', onUnhandled);
  }
}

/** There is no sign-in yet: only this machine is answered, and nothing on the page can load or send anything. */
function protect(app: NestExpressApplication): void {
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          styleSrc: [`'${STYLE_HASH}'`],
          baseUri: ["'none'"],
          formAction: ["'none'"],
          frameAncestors: ["'none'"],
        },
      },
      referrerPolicy: { policy: 'no-referrer' },
    }),
  );
  app.use((request: HostedRequest, response: HostedResponse, next: () => void) => {
    response.setHeader('cache-control', 'no-store');
    if (isOwnHost(request.headers.host)) {
      next();
      return;
    }
    response.statusCode = 421;
    response.end();
  });
}

interface HostedRequest {
  readonly headers: { readonly host?: string };
}
interface HostedResponse {
  statusCode: number;
  setHeader(name: string, value: string): void;
  end(): void;
}
