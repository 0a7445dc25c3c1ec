import { compareKeys } from './collect.js';
import type { Context } from './context.js';
import { type List, LISTS_OF_HOLDERS, type ScopeFact, STREAM } from './facts.js';
import type { Draft } from './told.js';

/** device_spaces is read once for the whole source. */
const SCOPES: List = { stream: STREAM.scopes, scope: '' };

/** scope-appeared, scope-disappeared and scope-changed. */
export function explainScopes(context: Context): Draft[] {
  const { facts, readings } = context;
  const listed = facts.scopes.filter((fact) => readings.isKnown(SCOPES) || context.hasLeft(fact.scope));
  const unlisted = [...facts.left.keys()]
    .filter((scope) => scope !== '' && !listed.some((fact) => fact.scope === scope))
    .map((scope): ScopeFact => ({ scope, identity: null, before: null, after: null }));
  return [...listed, ...unlisted]
    .sort((a, b) => compareKeys(a.scope, b.scope))
    .flatMap((fact) => explainScope(context, fact));
}

function explainScope(context: Context, fact: ScopeFact): Draft[] {
  if (context.hasLeft(fact.scope)) return [leaving(context, fact)];
  if (fact.before && fact.after) return attributeChanges(context, fact, fact.before, fact.after);
  if (fact.after) return [draft(context, fact, 'scope-appeared')];
  return fact.before ? [draft(context, fact, 'scope-disappeared')] : [];
}

function draft(context: Context, fact: ScopeFact, what: Draft['what']): Draft {
  return {
    what,
    cause: 'scope',
    kind: 'scope',
    ...(fact.identity !== null && { subject: fact.identity }),
    scope: fact.scope,
    window: context.readings.windowOf(
      SCOPES,
      what === 'scope-disappeared' ? (fact.identity ?? undefined) : undefined,
    ),
  };
}

function leaving(context: Context, fact: ScopeFact): Draft {
  const told = draft(context, fact, 'scope-disappeared');
  if (context.facts.left.get(fact.scope) === 'scope') return told;
  const lists = LISTS_OF_HOLDERS.map((stream): List => ({ stream, scope: fact.scope }));
  const window = context.readings.windowOfLeaving(lists);
  return { ...told, cause: 'configuration', window };
}

type Body = NonNullable<ScopeFact['before']>;

/** A field that one side did not store yet takes its first value silently. */
function attributeChanges(context: Context, fact: ScopeFact, before: Body, after: Body): Draft[] {
  const { identity } = fact;
  if (identity === null) return [];
  const at = { ...SCOPES, identity };
  return Object.keys(after)
    .filter((name) => Object.hasOwn(before, name) && before[name] !== after[name])
    .sort()
    .map((name) => ({
      ...draft(context, fact, 'scope-changed'),
      attribute: { name, before: at, after: at },
    }));
}
