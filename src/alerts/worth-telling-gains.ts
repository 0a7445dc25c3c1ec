/** Rights that somebody gained: one alert for each principal, however many rights. */
import type { RiskTier } from '../access/model.js';
import { compareTiers, worstRisk } from '../access/risk.js';
import { groupBy } from '../drift/collect.js';
import type { ToldChange } from '../drift/told.js';
import {
  type AlertBody,
  type AlertDraft,
  isAtLeast,
  LISTED_PEOPLE,
  severityOf,
  type StoredGain,
  type StoredWindow,
} from './alert.js';
import type { WorthTelling } from './worth-telling-facts.js';

const GAINS: ReadonlySet<ToldChange['what']> = new Set(['role-granted', 'permission-gained', 'level-raised']);

/** Principals that gained a right, or appeared with one; the built-in account is told of otherwise. */
export function gainsOf(facts: WorthTelling): AlertDraft[] {
  const gaining = facts.changes.filter(({ what, kind }) => GAINS.has(what) && kind !== 'built-in');
  const appeared = new Set(
    facts.changes.filter(({ what }) => what === 'principal-appeared').map(({ subject }) => subject),
  );
  return [...groupBy(gaining, ({ subject }) => subject)].flatMap(([subject, changes]) =>
    subject === undefined ? [] : gainOf(facts, subject, changes, appeared.has(subject)),
  );
}

function gainOf(
  facts: WorthTelling,
  subject: string,
  changes: readonly ToldChange[],
  appeared: boolean,
): AlertDraft[] {
  const all = changes.map((change) => ({ change, gain: storedGain(facts, change) }));
  const told = all
    .filter(({ gain }) => isAtLeast(gain.tier, facts.least))
    .sort((a, b) => compareTiers(a.gain.tier, b.gain.tier));
  const [worst] = told;
  if (worst === undefined) return [];
  const lesser = all.length - told.length;
  const { kind: subjectKind, members } = worst.change;
  if (subjectKind === 'role' || subjectKind === 'scope') return [];
  return [
    {
      kind: appeared ? 'principal-appeared' : 'right-gained',
      severity: severityOf(worst.gain.tier),
      body: {
        subject,
        subjectKind,
        gains: told.map(({ gain }) => gain),
        ...(lesser > 0 && { lesserGains: lesser }),
        scopes: scopesOf(told.map(({ change }) => change)),
        ...(members && { members }),
        window: storedWindow(worst.change),
        changes: told.map(({ change }) => change.no),
      },
    },
  ];
}

function storedGain(facts: WorthTelling, change: ToldChange): StoredGain {
  const { what, cause, role, permission, scope, effective } = change;
  return {
    what,
    cause,
    tier: tierOf(facts, change),
    ...(role !== undefined && { role }),
    ...(permission !== undefined && { permission }),
    ...(scope !== undefined && { scope }),
    gained: effective?.gained ?? [],
  };
}

/** Of a role with all that it allows, also where its holder could do that before. */
function tierOf({ tiers, permissionsOf }: WorthTelling, change: ToldChange): RiskTier {
  const { role, permission, scope, effective } = change;
  if (role !== undefined) return tiers.ofRole(role, permissionsOf(role, scope)).tier;
  const rights = [...(permission === undefined ? [] : [permission]), ...(effective?.gained ?? [])];
  return worstRisk(rights.map((right) => tiers.ofPermission(right)))?.tier ?? 'unclassified';
}

/** A group or unit that holds a right worth telling, and may have more members than before. */
export function membersGained(facts: WorthTelling): AlertDraft[] {
  return facts.changes.flatMap((change) => {
    const { what, kind, subject, members, affected = [], no } = change;
    if (what !== 'members-changed' || subject === undefined || kind === 'role' || kind === 'scope') return [];
    const rights = (members?.allows ?? []).map((right) => ({ right, ...facts.tiers.ofPermission(right) }));
    const told = rights.filter(({ tier }) => isAtLeast(tier, facts.least));
    const tier = worstRisk(told)?.tier;
    const joined = affected.filter(({ presentOnly }) => presentOnly === 'after').map(({ id }) => id);
    if (tier === undefined || (joined.length === 0 && !mayHaveGrown(members))) return [];
    const body: AlertBody = {
      subject,
      subjectKind: kind,
      gained: told.map(({ right }) => right),
      ...(members && { members: withoutAllows(members) }),
      ...(joined.length > 0 && { people: joined.slice(0, LISTED_PEOPLE), peopleCount: joined.length }),
      window: storedWindow(change),
      changes: [no],
    };
    return [{ kind: 'members-gained', severity: severityOf(tier), body }];
  });
}

/** Unless the source's own count says that it only shrank. */
function mayHaveGrown(members: ToldChange['members']): boolean {
  const { before, after } = members ?? {};
  return typeof before !== 'number' || typeof after !== 'number' || after > before;
}

function withoutAllows({ allows: _, ...members }: NonNullable<ToldChange['members']>) {
  return members;
}

/** Keys of the scopes that changes name, without repeats; none where one of them is about every scope. */
export function scopesOf(changes: readonly ToldChange[]): string[] {
  return [...new Set(changes.flatMap(({ scope, scopes }) => scopes ?? (scope === undefined ? [] : [scope])))];
}

export function storedWindow({ window }: ToldChange): StoredWindow {
  const { notSeenAt, seenAt, statedBy } = window;
  return {
    ...(notSeenAt && { notSeenAt: notSeenAt.toISOString() }),
    seenAt: seenAt.toISOString(),
    statedBy,
  };
}
