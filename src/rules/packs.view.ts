/** Reads the files of rules: those that ship, and those of a site. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { reason } from '../platform/config/read-references.js';
import { RolewatchError } from '../platform/errors.js';
import { projectFile } from '../platform/project-files.js';
import { type KnownRole, parseCatalogue, type Vocabulary, vocabularyOf } from './checking/vocabulary.js';
import type { RuleFile } from './language/parse-rules.js';
import { PRODUCTS } from './risk-tiers.view.js';

const RULES = /\.ya?ml$/;
/** Beside the rules of a product, and no rules. */
const OTHER_FILES = ['risk.yaml', 'catalogue.yaml'];

/**
 * The rules that ship, then those of the folders and files given, each in the order of their names.
 * In a folder, files belong to the product whose name their folder has, unless they say `product:` themselves.
 * @param packs absolute paths
 * @throws RolewatchError config-invalid: one cannot be read
 */
export async function loadPacks(packs: readonly string[] = []): Promise<RuleFile[]> {
  const shipped = PRODUCTS.map((product) => projectFile('policies', product));
  const documents: RuleFile[] = [];
  for (const pack of [...shipped, ...packs]) documents.push(...(await loadPack(pack)));
  return documents;
}

/** The rules of one file, or of a folder and the folders in it. @throws RolewatchError config-invalid: it cannot be read */
export async function loadPack(path: string, product?: string): Promise<RuleFile[]> {
  const files = await filesOf(path);
  return Promise.all(
    files.map(async (file) => ({
      name: shownName(file),
      text: await told(file, readFile(file, 'utf8')),
      product: product ?? PRODUCTS.find((known) => known === basename(dirname(file))),
    })),
  );
}

/** Product → what it is known to have. */
export async function vocabularies(): Promise<(product: string) => Vocabulary> {
  const known = await Promise.all(
    PRODUCTS.map(async (product) => [product, vocabularyOf(product, await shippedRoles(product))] as const),
  );
  const byProduct = new Map<string, Vocabulary>(known);
  return (product) => byProduct.get(product) ?? vocabularyOf(product, new Map());
}

async function shippedRoles(product: string): Promise<ReadonlyMap<string, KnownRole>> {
  const path = ['policies', product, 'catalogue.yaml'];
  const entries = await readdir(projectFile('policies', product));
  if (!entries.includes('catalogue.yaml')) return new Map();
  return parseCatalogue(await readFile(projectFile(...path), 'utf8'), path.join('/'));
}

async function filesOf(path: string): Promise<string[]> {
  const found = await told(path, stat(path));
  if (!found.isDirectory()) return [path];
  const entries = await told(path, readdir(path, { withFileTypes: true }));
  const sorted = entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const files = await Promise.all(
    sorted.map(async (entry) => {
      if (entry.isDirectory()) return filesOf(join(path, entry.name));
      return RULES.test(entry.name) && !OTHER_FILES.includes(entry.name) ? [join(path, entry.name)] : [];
    }),
  );
  return files.flat();
}

async function told<T>(path: string, read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    throw new RolewatchError('config-invalid', `cannot read the rules ${path}: ${reason(error)}`, {
      cause: error,
    });
  }
}

/** As short as it can be, and the same on every machine for what ships. */
function shownName(file: string): string {
  const shipped = relative(projectFile(), file);
  if (!shipped.startsWith('..') && !isAbsolute(shipped)) return shipped;
  const below = relative(process.cwd(), file);
  return below.startsWith('..') || isAbsolute(below) ? file : below;
}
