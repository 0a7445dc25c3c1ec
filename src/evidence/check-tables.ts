/**
 * What must hold between the rows of a bundle's tables, checked one row at a time. Pure: each check is told the rows
 * in their order and throws at the first that does not fit.
 */
import { actionHash } from '../accounts/action-hash.js';
import { sha256 } from '../platform/canonical.js';
import { RolewatchError } from '../platform/errors.js';
import { bucketHash, bucketOf, rootOf } from '../snapshots/merkle.js';
import { commitmentOf, leafOf } from '../snapshots/record-form.js';
import type { JsonObject } from '../sources/source.js';

/** One row, and where it stands: `records.jsonl, line 7`. */
export type Check = (row: JsonObject, where: string) => void;

export function broken(message: string): RolewatchError {
  return new RolewatchError('evidence-broken', message);
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const bytesOf = (value: unknown): Buffer => Buffer.from(textOf(value), 'hex');

/** Every snapshot is sealed by its digest and stands on the one before it. */
export class Chain {
  private digest: string | undefined;
  private seq: number | undefined;

  readonly check: Check = (row, where) => {
    const manifest = textOf(row['manifest']);
    const digest = sha256(manifest).toString('hex');
    if (digest !== row['digest']) throw broken(`${where}: its digest is not that of its manifest`);
    const sealed = JSON.parse(manifest) as JsonObject;
    for (const field of ['seq', 'root', 'recordedAt'] as const)
      if (sealed[field] !== row[field]) throw broken(`${where}: ${field} is not what its manifest says`);
    if ((sealed['previousDigest'] ?? null) !== (row['previousDigest'] ?? null))
      throw broken(`${where}: previousDigest is not what its manifest says`);
    if (
      this.digest !== undefined &&
      (row['previousDigest'] !== this.digest || row['seq'] !== Number(this.seq) + 1)
    )
      throw broken(`${where}: it does not stand on the snapshot before it`);
    this.digest = digest;
    this.seq = Number(row['seq']);
  };

  /** @param due the last snapshot as the bundle's manifest names it */
  end(due: { readonly seq: unknown; readonly digest: unknown }): void {
    if (this.digest !== due.digest || this.seq !== due.seq)
      throw broken('snapshots.jsonl: its last snapshot is not the one that the manifest names');
  }
}

/** Every leaf is that of its record, every opened commitment that of its person; together they give the root. */
export class RecordTree {
  private readonly hashes = new Map<number, Buffer>();
  private bucket: Buffer[] = [];
  private last: Buffer = Buffer.alloc(0);
  private count = 0;

  readonly check: Check = (row, where) => {
    const [commit, leaf] = [bytesOf(row['commit']), bytesOf(row['leaf'])];
    const step = { stream: textOf(row['stream']), scope: textOf(row['scope']) };
    if (!leafOf(step, Number(row['form']), row['body'] as JsonObject, commit).equals(leaf))
      throw broken(`${where}: its leaf is not that of its content`);
    if (this.last.compare(leaf) >= 0) throw broken(`${where}: leaves do not ascend`);
    if (row['key'] !== undefined && !opens(row, commit))
      throw broken(`${where}: key and personal are not what was committed to`);
    if (this.bucket.length > 0 && bucketOf(this.last) !== bucketOf(leaf)) this.closeBucket();
    this.bucket.push(leaf);
    this.last = leaf;
    this.count += 1;
  };

  /** @param due what the sealed manifest of the snapshot says */
  end(due: { readonly root: unknown; readonly records: unknown }): void {
    if (this.bucket.length > 0) this.closeBucket();
    const root = rootOf(this.hashes).toString('hex');
    if (root !== due.root)
      throw broken(
        `records.jsonl: its records give the root ${root}, and the snapshot was sealed with another`,
      );
    if (this.count !== due.records)
      throw broken(
        `records.jsonl: it has ${String(this.count)} records, and the snapshot was sealed with another number`,
      );
  }

  private closeBucket(): void {
    this.hashes.set(bucketOf(this.last), bucketHash(this.bucket));
    this.bucket = [];
  }
}

function opens(row: JsonObject, commit: Buffer): boolean {
  const holder = { firstKey: textOf(row['key']), salt: bytesOf(row['salt']) };
  return commitmentOf(holder, row['personal'] as JsonObject).equals(commit);
}

/** Every action is sealed by its hash and follows the one before it. */
export class ActionChain {
  private last: { readonly id: bigint; readonly hash: string } | undefined;

  readonly check: Check = (row, where) => {
    const { id, at, actor, action, source, detail, previousHash, hash } = row;
    const content = {
      id: textOf(id),
      at: textOf(at),
      actor: textOf(actor),
      action: textOf(action),
      source: source === null ? null : textOf(source),
      detail,
      previousHash: previousHash == null ? null : bytesOf(previousHash),
    };
    if (actionHash(content).toString('hex') !== hash)
      throw broken(`${where}: its hash is not that of its content`);
    const follows =
      this.last === undefined ||
      (previousHash === this.last.hash && BigInt(content.id) === this.last.id + 1n);
    if (!follows) throw broken(`${where}: it does not follow the action before it`);
    this.last = { id: BigInt(content.id), hash: textOf(hash) };
  };
}
