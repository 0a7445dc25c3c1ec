/**
 * What this room asks of the rules: something that judges a state, and says by which texts it does.
 */
import { createHash } from 'node:crypto';
import type { JudgedState } from '../access/judged-state.js';
import { canonicalBytes, sha256 } from '../platform/canonical.js';
import type { Verdicts } from '../rules/verdicts.js';
import type { Json } from '../sources/source.js';

/** One rule of a ruleset, as findings refer to it. */
export interface RuleFacts {
  readonly id: string;
  readonly version: string;
  /** SHA-256 of the rule's text, lower-case hex. */
  readonly digest: string;
  /** What the rule demands, in one line. */
  readonly title: string;
}

/** A ruleset ready to judge. */
export interface Judge {
  /** Rules, parameters and risk tiers as one JSON document, from which the same judge can be made anywhere. */
  readonly document: Json;
  /** `rulesetDigest(document)`. */
  readonly digest: string;
  readonly rules: readonly RuleFacts[];
  /** Pure: the same state, ruleset and time give the same verdicts. A rule that throws becomes an assessment. */
  judge(state: JudgedState, asOf: Date): Verdicts | Promise<Verdicts>;
}

/** Where rulesets come from. */
export interface Rulebook {
  /** What the files and the configuration say now. @throws RolewatchError config-invalid */
  onDisk(): Promise<Judge>;
  /** The judge of a stored document. @throws Error where this program does not understand it */
  read(document: Json): Judge;
}

/** SHA-256 of the document's RFC 8785 bytes, lower-case hex. */
export function rulesetDigest(document: Json): string {
  return digestOf(document);
}

/** By which two judgings of one state are compared: SHA-256 of the verdicts' RFC 8785 bytes, lower-case hex. */
export function verdictsDigest(verdicts: Verdicts): string {
  return digestOf(verdicts);
}

const VIOLATIONS_A_STEP = 100;

/** The same, with a pause every now and then: there may be as many violations as holders. */
export function* verdictsDigestInSteps({ assessments, violations }: Verdicts): Generator<void, string> {
  const hash = createHash('sha256').update('{"assessments":').update(canonicalBytes(assessments));
  hash.update(',"violations":[');
  for (const [i, violation] of violations.entries()) {
    if (i > 0) hash.update(',');
    hash.update(canonicalBytes(violation));
    if (i % VIOLATIONS_A_STEP === 0) yield;
  }
  return hash.update(']}').digest('hex');
}

function digestOf(value: unknown): string {
  return sha256(canonicalBytes(value)).toString('hex');
}

/** What judging a source that is no longer watched gives: nothing is known of it any more. */
export const NOTHING_WATCHED: Verdicts = { violations: [], assessments: [] };
