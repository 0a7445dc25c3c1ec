import { sha256 } from '../platform/canonical.js';
import type { JsonObject } from '../sources/source.js';
import { type BundleManifest, manifestIn } from './read-manifest.js';
import { FILE, type ListedFile, sumsText } from './bundle-manifest.js';
import { ActionChain, broken, Chain, type Check, RecordTree } from './check-tables.js';
import { linesOf } from './lines.js';
import { ArchiveReader, type FoundFile } from './read-archive.job.js';
import { fingerprintOf, isSignedBy, publicKeyIn } from './signing.js';

/** What a bundle turned out to be. */
export interface VerifiedBundle {
  readonly manifest: BundleManifest;
  /** SHA-256 of manifest.json, hex. */
  readonly manifestDigest: string;
  /** Fingerprint of the key that it is signed with: worth as much as the way by which you know it. */
  readonly signedBy: string;
}

/**
 * Checks a bundle from the outside in: the archive's bytes, the signature, every file, then what the tables say.
 * Needs no network and no database.
 * @param expectedKey fingerprint that the key must have
 * @throws RolewatchError evidence-broken, naming the first thing that is wrong
 */
export async function verifyBundle(path: string, expectedKey?: string): Promise<VerifiedBundle> {
  const archive = await ArchiveReader.open(path);
  try {
    const signed = await checkSignature(archive, expectedKey);
    checkFiles(archive.files, signed.manifest);
    await checkTables(archive, signed.manifest);
    return signed;
  } finally {
    await archive.close();
  }
}

async function checkSignature(archive: ArchiveReader, expectedKey?: string): Promise<VerifiedBundle> {
  const bytes = await whole(archive, FILE.manifest);
  const key = publicKeyIn((await whole(archive, FILE.key)).toString('utf8'));
  if (key === undefined) throw broken(`${FILE.key} is no Ed25519 public key`);
  if (!isSignedBy(bytes, await whole(archive, FILE.signature), key))
    throw broken(`${FILE.manifest} is not what was signed, or ${FILE.signature} is another signature`);
  const signedBy = fingerprintOf(key);
  if (expectedKey !== undefined && expectedKey.toLowerCase() !== signedBy)
    throw broken(`it is signed with the key ${signedBy}, and ${expectedKey} was expected`);
  const manifest = manifestIn(bytes);
  if (manifest.signedBy !== signedBy) throw broken(`${FILE.manifest} names another key than ${FILE.key}`);
  return { manifest, manifestDigest: sha256(bytes).toString('hex'), signedBy };
}

/** Each file is there once, in its place, as it was listed; nothing else is. */
function checkFiles(found: readonly FoundFile[], { files, sha256sums }: BundleManifest): void {
  const sums = Buffer.from(sumsText(files));
  const sumsFile = { name: FILE.sums, bytes: sums.length, sha256: sha256(sums).toString('hex') };
  const due = [...files, sumsFile, { name: FILE.manifest }, { name: FILE.signature }];
  if (sumsFile.sha256 !== sha256sums)
    throw broken(`${FILE.manifest} names another ${FILE.sums} than its own list of files gives`);
  for (let i = 0; i < Math.max(due.length, found.length); i += 1) checkFile(found[i], due[i]);
  for (const { name, sha256: digest } of files)
    if (name.startsWith('ruleset-') && name !== `ruleset-${digest}.json`)
      throw broken(`${name} is not the ruleset that its name says`);
}

function checkFile(found: FoundFile | undefined, due: Partial<ListedFile> | undefined): void {
  if (due === undefined) throw broken(`${found?.name ?? ''} is not listed in ${FILE.manifest}`);
  if (found?.name !== due.name)
    throw broken(`${String(due.name)} is due, and ${found?.name ?? 'nothing'} is in its place`);
  if (due.sha256 !== undefined && (found?.sha256 !== due.sha256 || found.bytes !== due.bytes))
    throw broken(`${String(due.name)} is not the file that ${FILE.manifest} lists`);
}

async function checkTables(archive: ArchiveReader, manifest: BundleManifest): Promise<void> {
  const [chain, tree, actions] = [new Chain(), new RecordTree(), new ActionChain()];
  const checks: Readonly<Record<string, Check>> = {
    'snapshots.jsonl': chain.check,
    'records.jsonl': tree.check,
    'actions.jsonl': actions.check,
  };
  for (const { name, rows } of manifest.files) {
    if (!name.endsWith('.jsonl')) continue;
    const counted = await checkRows(archive, name, checks[name]);
    if (counted !== rows)
      throw broken(`${name} has ${String(counted)} rows, and ${FILE.manifest} says ${String(rows)}`);
  }
  chain.end(manifest.to);
  tree.end({ root: manifest.root, records: manifest.counts.records });
}

async function checkRows(archive: ArchiveReader, name: string, check: Check | undefined): Promise<number> {
  let line = 0;
  for await (const text of linesOf(archive.content(fileNamed(archive, name)))) {
    line += 1;
    check?.(rowIn(text, `${name}, line ${String(line)}`), `${name}, line ${String(line)}`);
  }
  return line;
}

function rowIn(text: Buffer, where: string): JsonObject {
  try {
    return JSON.parse(text.toString('utf8')) as JsonObject;
  } catch (cause) {
    throw broken(`${where}: ${String(cause)}`);
  }
}

function fileNamed({ files }: ArchiveReader, name: string): FoundFile {
  const found = files.find((file) => file.name === name);
  if (found === undefined) throw broken(`${name} is missing`);
  return found;
}

/** What is not a table is small. */
async function whole(archive: ArchiveReader, name: string): Promise<Buffer> {
  const file = fileNamed(archive, name);
  if (file.bytes > MOST_BYTES) throw broken(`${name} is larger than it can be`);
  const pieces: Buffer[] = [];
  for await (const piece of archive.content(file)) pieces.push(piece);
  return Buffer.concat(pieces);
}

const MOST_BYTES = 64 * 1024 ** 2;
