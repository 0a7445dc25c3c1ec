/**
 * What a snapshot says of itself, sealed by its digest. Pure. Field names are part of the evidence: only ever add.
 */
import { createHash } from 'node:crypto';
import { canonicalBytes } from '../platform/canonical.js';
import type { Json, JsonObject } from '../sources/source.js';
import type { JournalHead } from './journal-head.view.js';
import { type ListReading, whyOf } from './list-reading.js';
import { TREE } from './merkle.js';
import { FORM } from './record-form.js';

export interface Counts {
  readonly records: number;
  readonly grants: number;
  readonly rolePermissions: number;
  readonly links: number;
}

/** What is the same for every list of a run. */
export interface RunFacts {
  readonly kind: string;
  readonly statedBy: string;
  readonly serverVersion: string | null;
  readonly apiVersion: string | null;
  /** Digest of the source's effective configuration, secrets aside (hex). */
  readonly configDigest: string;
  /** Digest of the risk tiers in force (hex). */
  readonly tiersDigest: string;
  /** Digest of the ruleset in force (hex); null: none was ever activated. */
  readonly rulesetDigest: string | null;
  /** The last entry of the journal before this snapshot: with the snapshot, everything up to it is sealed. */
  readonly journal: JournalHead | null;
  /** The data is made up (demo). */
  readonly simulated: boolean;
}

export interface ManifestInput {
  readonly source: string;
  readonly seq: number;
  readonly recordedAt: Date;
  readonly root: Buffer;
  readonly previousDigest: Buffer | null;
  readonly counts: Counts;
  readonly facts: RunFacts;
  readonly readings: readonly ListReading[];
  readonly observedAt: Date;
  readonly leftScopes: readonly { readonly scope: string; readonly by: 'scope' | 'configuration' }[];
}

export interface Manifest {
  /** RFC 8785 text. */
  readonly text: string;
  /** SHA-256 of its UTF-8 bytes. */
  readonly digest: Buffer;
}

export function manifestOf(input: ManifestInput): Manifest {
  const content: JsonObject = {
    tree: TREE,
    form: FORM,
    source: input.source,
    seq: input.seq,
    recordedAt: input.recordedAt.toISOString(),
    observedAt: input.observedAt.toISOString(),
    root: input.root.toString('hex'),
    previousDigest: input.previousDigest?.toString('hex') ?? null,
    counts: { ...input.counts },
    ...facts(input.facts),
    observations: [...input.readings].sort(byList).map(observation),
    leftScopes: input.leftScopes.map(({ scope, by }) => ({ scope, by })),
  };
  const bytes = canonicalBytes(content);
  return { text: bytes.toString('utf8'), digest: createHash('sha256').update(bytes).digest() };
}

function facts(run: RunFacts): JsonObject {
  return {
    kind: run.kind,
    statedBy: run.statedBy,
    server: { serverVersion: run.serverVersion, apiVersion: run.apiVersion },
    configDigest: run.configDigest,
    tiersDigest: run.tiersDigest,
    rulesetDigest: run.rulesetDigest,
    journal: run.journal === null ? null : { no: run.journal.no, hash: run.journal.hash },
    ...(run.simulated ? { simulated: true } : {}),
  };
}

function observation(reading: ListReading): Json {
  return {
    stream: reading.step.stream,
    scope: reading.step.scope,
    verdict: reading.verdict,
    why: whyOf(reading),
    rows: reading.rows,
    total: reading.total,
    pages: reading.pages,
    reads: reading.reads,
    pagesDigest: reading.pagesDigest?.toString('hex') ?? null,
    readFrom: reading.readFrom?.toISOString() ?? null,
    readTo: reading.readTo?.toISOString() ?? null,
    unconfirmed: reading.unconfirmed,
    held: reading.held?.count ?? 0,
  };
}

/** The plan's order says nothing about the state: by stream, then scope, bytewise. */
function byList(a: ListReading, b: ListReading): number {
  const key = ({ step }: ListReading) => `${step.stream}\u0000${step.scope}`;
  // Stryker disable next-line EqualityOperator: no list is read twice
  return key(a) < key(b) ? -1 : 1;
}
