import { lastOf } from '../platform/steps.js';
import { contextOf } from './context.js';
import { explainAttributes } from './explain-attributes.js';
import { explainCatalogue } from './explain-catalogue.js';
import { explainGrantsInSteps } from './explain-grants.js';
import { explainLinks } from './explain-links.js';
import { explainMembers } from './explain-members.js';
import { explainScopes } from './explain-scopes.js';
import type { Facts } from './facts.js';
import { withHints } from './hints.js';
import type { Draft, ToldChange } from './told.js';

/**
 * Says what happened upstream between two neighbouring snapshots: every difference that somebody should be told of,
 * once, with its cause and its window (docs/glossary.md lists what is told). The same facts give the same changes in
 * the same order, a change always after the one it is part of.
 */
export function explain(facts: Facts): ToldChange[] {
  return lastOf(explainInSteps(facts));
}

/** The same, with a pause every now and then: it may be about everybody who holds something. */
export function* explainInSteps(facts: Facts): Generator<void, ToldChange[]> {
  const context = contextOf(facts);
  yield;
  const scopes = explainScopes(context);
  const leaving = scopes.filter((draft) => draft.scope !== undefined && context.hasLeft(draft.scope));
  const catalogue = explainCatalogue(context);
  const grants = yield* explainGrantsInSteps(context, leaving);
  const rest = [explainMembers, explainAttributes, explainLinks].map((part) => part(context));
  yield;
  const drafts = withHints(context, [...scopes, ...catalogue, ...grants, ...rest.flat()]);
  yield;
  return number(drafts);
}

function number(drafts: readonly Draft[]): ToldChange[] {
  const numbers = new Map(drafts.map((draft, index) => [draft, index + 1]));
  return drafts.map(({ parent, ...told }, index) => {
    const partOf = parent && numbers.get(parent);
    return { ...told, no: index + 1, ...(partOf !== undefined && { partOf }) };
  });
}
