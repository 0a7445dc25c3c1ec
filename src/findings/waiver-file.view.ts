import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { RolewatchError } from '../platform/errors.js';
import { reason } from '../platform/config/read-references.js';
import { parseWaivers, type StatedWaiver } from './waiver-file.js';

/**
 * The waivers that a site has written down, read anew each time: a change needs no restart.
 * @param file null: there is none
 * @throws RolewatchError config-invalid with every fault
 */
export async function statedWaivers(file: string | null, now: Date): Promise<StatedWaiver[]> {
  if (file === null) return [];
  const below = relative(process.cwd(), file);
  const name = below.startsWith('..') ? file : below;
  try {
    return parseWaivers(await readFile(file, 'utf8'), name, now);
  } catch (error) {
    if (error instanceof RolewatchError) throw error;
    const message = `cannot read ${name}: ${reason(error)} (rules.waivers)`;
    throw new RolewatchError('config-invalid', message, { cause: error });
  }
}
