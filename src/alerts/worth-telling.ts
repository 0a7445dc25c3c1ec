/**
 * What of a new snapshot is worth telling somebody. Pure: facts in, alerts out; they name identities, never people.
 */
import type { RiskTier } from '../access/model.js';
import { type RiskTiers, worstRisk } from '../access/risk.js';
import { groupBy } from '../drift/collect.js';
import { type AlertDraft, LISTED_HOLDERS, severityOf, type StoredHolder } from './alert.js';
import type { HeldRight, WorthTelling } from './worth-telling-facts.js';
import { gainsOf, membersGained } from './worth-telling-gains.js';
import { protectiveLost, rolesOf } from './worth-telling-roles.js';

export function worthTelling(facts: WorthTelling): AlertDraft[] {
  // what is no longer watched says nothing about upstream
  const changes = facts.changes.filter(({ cause }) => cause !== 'configuration');
  const watched = { ...facts, changes };
  return [
    ...firstRead(facts),
    ...lastHolders(facts),
    ...heldLists(facts),
    ...builtIns(watched),
    ...gainsOf(watched),
    ...membersGained(watched),
    ...rolesOf(watched),
    ...protectiveLost(watched),
  ];
}

/** One summary, however many holders: a first read is not a hundred incidents. */
function firstRead({ tiers, firstRead: rights }: WorthTelling): AlertDraft[] {
  const holders = rights
    .map((held) => ({ ...held, tier: tierOf(held, tiers) }))
    .filter(({ tier }) => severityOf(tier) === 'critical' || severityOf(tier) === 'high')
    .filter(({ tier }) => tier !== 'protective')
    .map(({ permissions: _, ...holder }) => holder);
  if (holders.length === 0) return [];
  const severity = holders.some(({ tier }) => tier === 'critical') ? 'critical' : 'high';
  const listed = fewOfEach(holders);
  const all = listed.length < holders.length && new Set(holders.map(({ identity }) => identity)).size;
  return [{ kind: 'first-read', severity, body: { holders: listed, ...(all && { peopleCount: all }) } }];
}

/** Every right is there with every scope: by them it is decided who hears of it. */
function fewOfEach(holders: readonly StoredHolder[]): StoredHolder[] {
  const counts = new Map<string, number>();
  return holders.filter(({ role, permission, scope }) => {
    const right = JSON.stringify([role, permission, scope]);
    const count = (counts.get(right) ?? 0) + 1;
    counts.set(right, count);
    return count <= LISTED_HOLDERS;
  });
}

function tierOf({ role, permissions }: HeldRight, tiers: RiskTiers): RiskTier {
  if (role !== undefined) return tiers.ofRole(role, permissions).tier;
  return worstRisk(permissions.map((one) => tiers.ofPermission(one)))?.tier ?? 'unclassified';
}

/** Nobody is left who could do it: perhaps right, perhaps a lock-out. */
function lastHolders({ tiers, lostByEverybody }: WorthTelling): AlertDraft[] {
  return lostByEverybody
    .filter((permission) => tiers.ofPermission(permission).tier === 'critical')
    .map((permission) => ({ kind: 'last-holder-lost', severity: 'critical', body: { permission } }));
}

function heldLists({ held }: WorthTelling): AlertDraft[] {
  return held.map(({ stream, scope, count, why }) => ({
    kind: 'list-held',
    severity: 'critical',
    body: { stream, ...(scope !== '' && { scopes: [scope] }), count, why },
  }));
}

/** The vendor's built-in account holds no role: one that does is either a mistake or an intruder's. */
function builtIns({ changes, tiers, permissionsOf }: WorthTelling): AlertDraft[] {
  const granted = changes.filter(({ what, kind }) => what === 'role-granted' && kind === 'built-in');
  return [...groupBy(granted, ({ subject }) => subject)].flatMap(([subject, grants]) => {
    const holders = grants.flatMap(({ role, scope }) =>
      subject === undefined || role === undefined || scope === undefined
        ? []
        : [{ identity: subject, role, scope, tier: tiers.ofRole(role, permissionsOf(role, scope)).tier }],
    );
    const changed = { changes: grants.map(({ no }) => no) };
    return [{ kind: 'built-in-holds-role', severity: 'critical', body: { holders, ...changed } }] as const;
  });
}
