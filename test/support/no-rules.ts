import type { Json } from '../../src/sources/source.js';
import { type Judge, NOTHING_WATCHED, type Rulebook, rulesetDigest } from '../../src/findings/judge.js';

const DOCUMENT: Json = { rules: [] };

const NOTHING: Judge = {
  document: DOCUMENT,
  digest: rulesetDigest(DOCUMENT),
  rules: [],
  judge: () => NOTHING_WATCHED,
};

/** The rulebook of a site without a rule: nothing is demanded, and nothing is found. */
export const NO_RULES: Rulebook = {
  onDisk: () => Promise.resolve(NOTHING),
  read(document) {
    if (rulesetDigest(document) === NOTHING.digest) return NOTHING;
    throw new Error('it has rules, and this program knows none');
  },
};
