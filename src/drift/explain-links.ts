import { compareKeys } from './collect.js';
import type { Context } from './context.js';
import type { LinkFact, List } from './facts.js';
import type { Draft } from './told.js';

/**
 * identity-linked and identity-unlinked: an admin who was there already became one person with a directory entry, or
 * one who is still there stopped being it. A link that comes or goes together with its admin is told by that.
 */
export function explainLinks(context: Context): Draft[] {
  return context.facts.links
    .filter((link) => link.before !== link.after)
    .sort((a, b) => compareKeys(a.identity, b.identity) || compareKeys(a.to, b.to))
    .flatMap((link) => explainLink(context, link));
}

function explainLink(context: Context, link: LinkFact): Draft[] {
  const side = link.after ? 'before' : 'after';
  const list = listOf(context, link);
  if (!list || !context.identity(link.identity)?.[side]) return [];
  return [
    {
      what: link.after ? 'identity-linked' : 'identity-unlinked',
      cause: 'identity',
      kind: context.kindOf(link.identity),
      subject: link.identity,
      window: context.readings.windowOf(list),
      affected: [{ id: link.to, kind: context.kindOf(link.to) }],
    },
  ];
}

/** The list whose record changed; if another entry of the same name caused it, the list of the directory entry. */
function listOf({ identity, readings }: Context, link: LinkFact): List | undefined {
  const lists = [link.to, link.identity].flatMap((id) => identity(id)?.statedIn ?? []);
  return readings.deciding(lists.filter((list) => list.touched)) ?? readings.deciding(lists);
}
