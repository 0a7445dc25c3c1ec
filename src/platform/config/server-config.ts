import { z } from 'zod';
import { isLoopback, whole } from './fields.js';
import { section } from './section.js';

/** Where `rolewatch serve` listens. */
export interface ServerConfig {
  readonly host: string;
  readonly port: number;
}

const HOST = 'must be an address of this machine only, such as 127.0.0.1: there is no sign-in yet';

export function serverConfig(): z.ZodType<ServerConfig> {
  const host = z
    .string({ error: HOST })
    .refine((name) => isLoopback(name === '::1' ? '[::1]' : name), { error: HOST });
  return section({ host: host.default('127.0.0.1'), port: whole(0, 65_535).default(8080) }).prefault({});
}
