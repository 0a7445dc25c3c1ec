import { compareKeys, groupBy } from './collect.js';
import type { Context } from './context.js';
import type { AttributeFact, IdentityId, Stated } from './facts.js';
import { latest, type Turn, turn } from './latest.js';
import type { Draft } from './told.js';

type Value = string | null;

/** attribute-changed: name, mail address or origin of a principal, once however many lists state it. */
export function explainAttributes(context: Context): Draft[] {
  const stated = context.facts.attributes.flatMap(({ attribute, stated }) =>
    stated.map((one) => ({ attribute, one, principal: context.resolve(one.identity) })),
  );
  const groups = groupBy(stated, ({ attribute, principal }) => JSON.stringify([principal, attribute]));
  return [...groups.values()]
    .flatMap((group) => {
      const [{ principal, attribute }] = group;
      const values = group.map(({ one }) => one);
      return explainAttribute(context, principal, attribute, values);
    })
    .sort((a, b) => compareKeys(a.subject ?? '', b.subject ?? ''));
}

function explainAttribute(
  context: Context,
  principal: IdentityId,
  name: AttributeFact['attribute'],
  stated: readonly Stated<Value>[],
): Draft[] {
  const told = new Set<string>();
  const drafts: Draft[] = [];
  for (const change of turns(context, stated)) {
    const fromTo = JSON.stringify([change.from, change.to]);
    if (told.has(fromTo)) continue;
    told.add(fromTo);
    drafts.push({
      what: 'attribute-changed',
      cause: 'directory',
      kind: context.kindOf(principal),
      subject: principal,
      window: context.readings.windowOf(change.list),
      attribute: { name, before: placeOf(change.before), after: placeOf(change.after) },
    });
  }
  return drafts;
}

const placeOf = ({ list, identity }: Stated<Value>) => ({ ...list, identity });

/**
 * Lists of one stream state the same field, so the latest of them decides. Another stream of the same identity that had
 * the new value before means that this one is late with what was told already; unless that one has had it all along,
 * and this one went away from it, which was told, and now comes back.
 */
function turns(context: Context, stated: readonly Stated<Value>[]): Turn<Value>[] {
  const byStream = groupBy(stated, ({ identity, list }) => JSON.stringify([identity, list.stream]));
  return [...byStream.values()].flatMap((lists) => {
    const change = turn(lists, context.readings);
    if (!change) return [];
    const { identity, list } = change.after;
    const others = stated.filter((one) => one.identity === identity && one.list.stream !== list.stream);
    const other = latest(others, 'before');
    const late = other?.before === change.to && (other.since ?? 0) >= (change.before.since ?? 0);
    return late ? [] : [change];
  });
}
