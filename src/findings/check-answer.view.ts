import { RolewatchError } from '../platform/errors.js';
import type { Severity } from '../rules/verdicts.js';
import type { CheckedSource } from './check-text.js';
import { asBadAs, checkedSource } from './check.view.js';
import { judgedBy, type JudgedBy, judgingOf, type SiteParts } from './site-judging.view.js';

/** What `check` says, of judgements that are there: whoever asks over HTTP judges nothing. */
export interface CheckAnswer {
  readonly sources: readonly CheckedSource[];
  /** How much of what is open is as bad as was asked about. */
  readonly failing?: number;
}

/** @param names sources with a snapshot */
export async function checkAnswer(
  parts: SiteParts,
  names: readonly string[],
  failOn: Severity | undefined,
): Promise<CheckAnswer> {
  const by = await judgedBy(parts).catch(faultIn);
  const sources: CheckedSource[] = [];
  for (const source of names) {
    const why = typeof by === 'string' ? by : (await judgingOf(parts.db, source, by)).due;
    sources.push(await checkedSource(parts.db, source, why));
  }
  return { sources, ...(failOn !== undefined && { failing: asBadAs(sources, failOn) }) };
}

/** Rules or waivers that cannot be read judge nothing, and hide nothing either. */
function faultIn(error: unknown): JudgedBy | string {
  if (error instanceof RolewatchError) return error.message;
  throw error;
}
