import type { Context } from './context.js';
import type { IdentityFact } from './facts.js';
import type { Draft, Hint } from './told.js';

/**
 * A directory entry whose DN changed is one that disappeared and one that appeared. Where both carry the same name or
 * mail address, each is told with a hint to the other; they are never made one.
 */
export function withHints(context: Context, drafts: readonly Draft[]): Draft[] {
  const half = (what: Draft['what']): IdentityFact[] =>
    drafts
      .filter((draft) => draft.what === what)
      .flatMap((draft) => context.identity(draft.subject ?? '') ?? [])
      .filter((identity) => identity.nameSpace === 'dn');
  const [appeared, disappeared] = [half('principal-appeared'), half('principal-disappeared')];
  const hints = new Map<string, Hint>();
  for (const later of appeared) {
    for (const earlier of disappeared) {
      const because = likeness(earlier, later);
      if (!because || hints.has(later.id) || hints.has(earlier.id)) continue;
      hints.set(later.id, { sameAs: earlier.id, because });
      hints.set(earlier.id, { sameAs: later.id, because });
    }
  }
  return attach(drafts, hints);
}

function likeness(a: IdentityFact, b: IdentityFact): Hint['because'] | undefined {
  if (a.kind !== b.kind) return undefined;
  if (a.name !== null && a.name === b.name) return 'name';
  return a.email !== null && a.email === b.email ? 'email' : undefined;
}

const WHOLE: ReadonlySet<Draft['what']> = new Set(['principal-appeared', 'principal-disappeared']);

/** Parents are referred to as objects: those that get a hint are replaced there too. */
function attach(drafts: readonly Draft[], hints: ReadonlyMap<string, Hint>): Draft[] {
  const replaced = new Map<Draft, Draft>();
  for (const draft of drafts) {
    const hint = WHOLE.has(draft.what) ? hints.get(draft.subject ?? '') : undefined;
    const parent = draft.parent && replaced.get(draft.parent);
    replaced.set(draft, { ...draft, ...(hint && { hint }), ...(parent && { parent }) });
  }
  return [...replaced.values()];
}
