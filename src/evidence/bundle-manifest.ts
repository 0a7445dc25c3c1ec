/** What a bundle says of itself. Field names are part of the evidence: only ever add. */
import { canonicalBytes } from '../platform/canonical.js';
import type { Horizon } from '../snapshots/horizon.view.js';
import type { Json, JsonObject } from '../sources/source.js';
import type { Period } from './document.js';

export const FORMAT = 'rolewatch-evidence/0';

/** The files beside the documents, by their names. */
export const FILE = {
  manifest: 'manifest.json',
  signature: 'manifest.json.sig',
  report: 'report.html',
  sums: 'SHA256SUMS',
  key: 'signing-key.pem',
  howTo: 'VERIFY.txt',
} as const;

/** A file that the manifest answers for. */
export interface ListedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Of a table: its rows, the line of column names not counted. */
  readonly rows?: number;
  readonly about?: string;
}

/** A digest, and the first snapshot of the period that was made with it. */
export interface DigestSince {
  readonly digest: string;
  readonly sinceSeq: number;
}

export interface Slots {
  readonly published: number;
  readonly failed: number;
  readonly missed: number;
  /** The first of those missed or failed; all are in coverage.jsonl. */
  readonly gaps: readonly string[];
}

export interface BundleFacts {
  readonly period: Period;
  readonly version: string;
  /** Manifest of the last snapshot. */
  readonly last: JsonObject;
  readonly configDigests: readonly DigestSince[];
  readonly tiersDigests: readonly DigestSince[];
  readonly rulesetDigests: readonly DigestSince[];
  readonly coverage: Slots;
  /** How far back what is in it was still kept. */
  readonly horizons: readonly Horizon[];
  readonly notVisible: string;
  readonly files: readonly ListedFile[];
  /** SHA-256 of the file SHA256SUMS. */
  readonly sums: string;
  /** Fingerprint of the key. */
  readonly signedBy: string;
}

/** RFC 8785, and a line end, so that the file is one of text. */
export function bundleManifest(facts: BundleFacts): Buffer {
  const { period, last } = facts;
  const side = ({ seq, recordedAt, digest }: Period['from']) => ({
    seq,
    recordedAt: recordedAt.toISOString(),
    digest,
  });
  const content: Json = {
    format: FORMAT,
    madeBy: `rolewatch ${facts.version}`,
    source: period.source,
    kind: period.kind,
    server: last['server'] ?? null,
    simulated: last['simulated'] ?? false,
    from: side(period.from),
    to: side(period.to),
    root: last['root'] ?? null,
    counts: last['counts'] ?? null,
    lists: last['observations'] ?? null,
    configDigests: facts.configDigests.map((one) => ({ ...one })),
    tiersDigests: facts.tiersDigests.map((one) => ({ ...one })),
    rulesetDigests: facts.rulesetDigests.map((one) => ({ ...one })),
    coverage: { ...facts.coverage },
    ...(facts.horizons.length > 0 && { horizons: horizonsIn(facts.horizons) }),
    notVisible: facts.notVisible,
    files: facts.files.map((file) => ({ ...file })),
    sha256sums: facts.sums,
    signedBy: facts.signedBy,
  };
  return Buffer.concat([canonicalBytes(content), Buffer.from('\n')]);
}

function horizonsIn(horizons: readonly Horizon[]): JsonObject {
  return Object.fromEntries(
    horizons.map(({ kind, seq, before, days }) => [kind, { seq, recordedAt: before.toISOString(), days }]),
  );
}

/** As `sha256sum` writes and reads it. */
export function sumsText(files: readonly ListedFile[]): string {
  return files.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('');
}
