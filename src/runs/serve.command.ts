import type { DynamicModule } from '@nestjs/common';
import type { Arguments, CommandSpec } from '../platform/command/command.js';
import { isThisMachine, ROLES, type ServerConfig } from '../platform/config/server-config.js';
import { RolewatchError } from '../platform/errors.js';
import type { Reach } from '../platform/http/protect.js';
import { tlsMaterial } from '../platform/http/tls.js';
import { Log } from '../platform/log.js';
import type { OpenDatabase } from '../platform/open-database.js';

interface Served {
  readonly server: ServerConfig;
}

/**
 * Puts the application together for a configuration; given by the entries, which know every room. Reads the framework only
 * then: it takes longer to read than most commands take.
 */
export type Compose<C> = (
  config: C,
  opened: OpenDatabase,
  log: Log,
) => Promise<DynamicModule> | DynamicModule;

const OPTIONS = {
  role: {
    kind: 'texts',
    value: 'ROLE',
    description: 'do only this instead of server.roles: api, worker; may be given twice, or with a comma',
  },
  port: { kind: 'count', value: 'PORT', description: 'listen here instead of server.port; 0: any free port' },
} as const;

export function serveCommand<C extends Served>(
  compose: Compose<C>,
): CommandSpec<C, Arguments, typeof OPTIONS> {
  return {
    name: 'serve',
    summary: 'run the service: read every source on its schedule, show health and the latest drift',
    description:
      'Runs until it is stopped (SIGINT, SIGTERM): reads each source when it is due and answers on the configured address: /api/v1 to whoever has a token (`rolewatch accounts token create`), / shows the latest drift, /health, /health/live and /health/ready say how it is doing, /metrics tells Prometheus. Any number of these may share one database: all equal, or some with the role api, which only answer, and some with the role worker, which read, judge and tell, and answer only /health and /metrics. Exit code 0 when stopped, 1 on a fault.',
    arguments: {},
    options: OPTIONS,
    examples: [
      'rolewatch serve',
      'rolewatch serve --config /etc/rolewatch.yaml --port 8080',
      'rolewatch serve --role worker',
    ],
    async run(context, _args, options) {
      const config = withRoles(await context.config(), options.role);
      const opened = await context.openDatabase();
      const log = Log.toStderr(process.env['LOG_LEVEL']);
      // with the framework, see Compose
      const { serve } = await import('./serve.job.js');
      const { host, tls } = config.server;
      await serve(await compose(config, opened, log), {
        host,
        reach: reachOf(config.server),
        ...(tls && { tls: await tlsMaterial(tls) }),
        port: portOf(options.port ?? config.server.port),
        log,
        signal: context.signal,
        onListening: (address) => context.progress(`rolewatch is at ${address}`),
      });
      return 0;
    },
  };
}

/** @throws RolewatchError usage */
function withRoles<C extends Served>(config: C, asked: readonly string[] | undefined): C {
  if (asked === undefined) return config;
  const words = asked.flatMap((text) => text.split(',')).map((word) => word.trim());
  const stranger = words.find((word) => !ROLES.some((role) => role === word));
  if (stranger !== undefined)
    throw new RolewatchError('usage', `--role: "${stranger}" is none of ${ROLES.join(', ')}`);
  return { ...config, server: { ...config.server, roles: ROLES.filter((role) => words.includes(role)) } };
}

/** @throws RolewatchError usage */
function portOf(port: number): number {
  if (port > 65_535) throw new RolewatchError('usage', `--port: ${port} is no port; 0 to 65535 are`);
  return port;
}

/** Whoever listens for more than this machine is asked for by its public name, or by an address. */
function reachOf({ host, tls, trustedProxies, publicUrl }: ServerConfig): Omit<Reach, 'styleHash'> {
  const named = publicUrl === null ? [] : [new URL(publicUrl).hostname];
  const isReached = !isThisMachine(host) || trustedProxies.length > 0 || publicUrl !== null;
  return {
    hosts: isReached ? named : null,
    trustedProxies,
    onlyThroughProxies: tls === null && !isThisMachine(host),
  };
}
