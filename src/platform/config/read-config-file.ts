import { readFile } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import type { z } from 'zod';
import { RolewatchError } from '../errors.js';
import { checkYaml } from './check.js';
import { reason } from './read-references.js';
import { type Path, YamlDocument } from './yaml-document.js';

/**
 * Reads and checks the configuration file.
 * @throws RolewatchError config-invalid: it cannot be read, or every fault in it
 */
export async function readConfigFile<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const name = shownName(file);
  return checkYaml(decode(await readBytes(file, name), name), name, schema);
}

/** Where something stands in a configuration file that could be read: `rolewatch.yaml:12:5`. */
export async function placesIn(file: string): Promise<(path: Path) => string> {
  const name = shownName(file);
  const document = new YamlDocument(decode(await readBytes(file, name), name));
  return (path) => {
    const { line, column } = document.locate(path);
    return `${name}:${String(line)}:${String(column)}`;
  };
}

async function readBytes(file: string, name: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const message = `cannot read ${name}: ${reason(error)}; name another with --config FILE`;
    throw new RolewatchError('config-invalid', message, { cause: error });
  }
}

function decode(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new RolewatchError('config-invalid', `${name} is not a UTF-8 text`, { cause: error });
  }
}

/** Short where the file lies below the working folder. */
function shownName(file: string): string {
  const below = relative(process.cwd(), file);
  return below.startsWith('..') || isAbsolute(below) ? file : below;
}
