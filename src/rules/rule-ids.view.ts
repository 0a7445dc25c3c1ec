import { hasCode } from '../platform/errors.js';
import { parseRules } from './language/parse-rules.js';
import { loadPacks } from './packs.view.js';

/**
 * Ids of every rule that ships or that the packs of the site have, the disabled ones included.
 * @returns undefined where a file of rules is broken: wherever rules are read says so, and which
 */
export async function ruleIds(packs: readonly string[]): Promise<string[] | undefined> {
  try {
    const rules = (await loadPacks(packs)).flatMap(parseRules);
    return rules.map(({ written }) => written.id);
  } catch (error) {
    if (hasCode(error, 'config-invalid')) return undefined;
    throw error;
  }
}
