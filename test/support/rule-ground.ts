import { riskTexts } from '../../src/rules/loaded-rules.view.js';
import { loadPacks, vocabularies } from '../../src/rules/packs.view.js';
import { type Ruleset, rulesetFrom } from '../../src/rules/ruleset.js';
import type { TestGround } from '../../src/rules/checking/test-rules.js';

/** The rules that ship, and what their tests lean on. */
export async function shippedRules(): Promise<{ ruleset: Ruleset; ground: TestGround }> {
  const risk = await riskTexts();
  const ruleset = rulesetFrom(await loadPacks(), { parameters: {}, disabled: [], risk });
  return { ruleset, ground: { tiers: ruleset.tiers, vocabularyOf: await vocabularies() } };
}
