/** What the benches share: a run of a simulated server in a process of its own, and how it went. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { EpmmServer } from '../demo/estate/epmm-server.js';

/** Of one run, begin to end; memory and delays are those of its process. */
export interface Measured {
  readonly outcome: string;
  readonly why?: string;
  readonly changes: number;
  readonly findings: number;
  readonly seconds: number;
  readonly peakMiB: number;
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
}

/** Reads a simulated server once, as source `name`, into the embedded PostgreSQL of the folder. */
export async function runOnce(folder: string, server: EpmmServer, name: string): Promise<Measured> {
  const script = fileURLToPath(new URL('./read-once.js', import.meta.url));
  const config = join(folder, `${name}.yaml`);
  const source = { name, kind: 'ivanti-epmm', url: server.url, username: 'auditor', simulated: true };
  await writeFile(config, JSON.stringify({ sources: [{ ...source, password: { env: 'BENCH_PASSWORD' } }] }));
  const env = { ...process.env, BENCH_PASSWORD: server.password };
  const { stdout } = await promisify(execFile)(process.execPath, [script, folder, config], {
    env,
    maxBuffer: 1 << 20,
  });
  return JSON.parse(stdout) as Measured;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
