/**
 * What of a new snapshot is worth telling somebody. Pure: facts in, alerts out; they name identities, never people.
 */
import type { RiskTier } from '../access/model.js';
import { isHighRisk, type RiskTiers } from '../access/risk.js';
import type { ToldChange } from '../drift/told.js';
import type { JsonObject } from '../sources/source.js';

export const ALERT_KINDS = ['first-read', 'last-holder-lost', 'list-held', 'built-in-holds-role'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

export interface AlertDraft {
  readonly kind: AlertKind;
  readonly severity: RiskTier;
  readonly body: JsonObject;
}

/** A direct assignment of a role, with the permissions the role had in that scope. */
export interface HeldRole {
  readonly identity: string;
  readonly role: string;
  readonly scope: string;
  readonly permissions: readonly string[];
}

export interface HeldList {
  readonly stream: string;
  readonly scope: string;
  readonly count: number;
  readonly why: string;
}

export interface WorthTelling {
  readonly tiers: RiskTiers;
  readonly changes: readonly ToldChange[];
  readonly lostByEverybody: readonly string[];
  readonly held: readonly HeldList[];
  /** Roles held in a scope whose admins or directory were read completely for the first time. */
  readonly firstRead: readonly HeldRole[];
}

export function worthTelling(facts: WorthTelling): AlertDraft[] {
  return [...firstRead(facts), ...lastHolders(facts), ...heldLists(facts), ...builtIns(facts)];
}

/** One summary, however many holders: a first read is not a hundred incidents. */
function firstRead({ tiers, firstRead: roles }: WorthTelling): AlertDraft[] {
  const holders = roles
    .map((held) => ({ ...held, tier: tiers.ofRole(held.role, held.permissions).tier }))
    .filter(({ tier }) => isHighRisk(tier))
    .map(({ identity, role, scope, tier }) => ({ identity, role, scope, tier }));
  if (holders.length === 0) return [];
  const severity = holders.some(({ tier }) => tier === 'critical') ? 'critical' : 'high';
  return [{ kind: 'first-read', severity, body: { holders } }];
}

/** Nobody is left who could do it: perhaps right, perhaps a lock-out. */
function lastHolders({ tiers, lostByEverybody }: WorthTelling): AlertDraft[] {
  return lostByEverybody
    .filter((permission) => tiers.ofPermission(permission).tier === 'critical')
    .map((permission) => ({ kind: 'last-holder-lost', severity: 'critical', body: { permission } }));
}

function heldLists({ held }: WorthTelling): AlertDraft[] {
  return held.map((list) => ({ kind: 'list-held', severity: 'critical', body: { ...list } }));
}

/** The vendor's built-in account holds no role: one that does is either a mistake or an intruder's. */
function builtIns({ changes }: WorthTelling): AlertDraft[] {
  return changes
    .filter(({ what, kind }) => what === 'role-granted' && kind === 'built-in')
    .map(({ subject, role, scope }) => ({
      kind: 'built-in-holds-role',
      severity: 'critical',
      body: { identity: subject ?? null, role: role ?? null, scope: scope ?? null },
    }));
}
