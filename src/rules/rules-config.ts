/** The section `rules:` of rolewatch.yaml, as far as this room reads it; other rooms add their keys. */
import { z } from 'zod';
import { path, text } from '../platform/config/fields.js';
import { section } from '../platform/config/section.js';
import type { ParameterValues } from './language/parameters.js';
import { namesOrNone } from './language/kit.js';
import type { RiskConfig } from './risk-tiers.js';
import type { DisabledRule, Place } from './ruleset.js';

export interface RulesConfig extends RiskConfig {
  /** Absolute paths of folders or files with rules of the site. */
  readonly packs: readonly string[];
  /** Rule → parameter → value, instead of the rule's own. */
  readonly parameters: Readonly<Record<string, ParameterValues>>;
  readonly disabled: readonly DisabledRule[];
  /** Where in its file each of it stands. */
  readonly place?: Place;
}

/** Where there is no configuration. */
export const AS_SHIPPED: RulesConfig = { packs: [], parameters: {}, disabled: [], risk: {} };

/** What a command needs that reads rules. */
export interface RulesOfConfig {
  readonly rules: RulesConfig;
}

/**
 * The keys of this room, to be made a section together with those of others.
 * @param folder from which relative packs count
 */
export function rulesKeys(folder: string): {
  packs: z.ZodDefault<z.ZodArray<z.ZodType<string>>>;
  parameters: z.ZodDefault<z.ZodRecord<z.ZodString, z.ZodRecord<z.ZodString, z.ZodType<number | string[]>>>>;
  disabled: z.ZodDefault<z.ZodArray<z.ZodType<DisabledRule>>>;
} {
  const value = z.union([z.int(), namesOrNone()], { error: 'must be a whole number or a list of names' });
  const byRule = { error: 'must be a mapping of rules to their parameters' };
  const rule = text(/\S/, 'must be the id of a rule');
  const reason = text(/\S/, 'must say why the site does without this rule');
  return {
    packs: z
      .array(path(folder, 'must be a folder or file of rules'), { error: 'must be a list of folders' })
      .default([]),
    parameters: z.record(z.string(), z.record(z.string(), value, byRule), byRule).default({}),
    disabled: z.array(section({ rule, reason }), { error: 'must be a list of { rule, reason }' }).default([]),
  };
}

/** The rules part of the configuration, for whoever is handed it. */
export class RulesInForce {
  constructor(readonly config: RulesConfig) {}
}
