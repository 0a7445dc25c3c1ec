/** Roles that became dangerous by what the catalogue says, and protection that somebody lost. */
import { groupBy } from '../drift/collect.js';
import type { ToldChange } from '../drift/told.js';
import { type AlertBody, type AlertDraft, isAtLeast, LISTED_PEOPLE, severityOf } from './alert.js';
import type { WorthTelling } from './worth-telling-facts.js';
import { scopesOf, storedWindow } from './worth-telling-gains.js';

/** A role worth telling that is new, or allows more than before, whoever holds it. */
export function rolesOf({ tiers, least, changes, permissionsOf }: WorthTelling): AlertDraft[] {
  return changes.flatMap((change) => {
    const { what, role, effective } = change;
    if ((what !== 'role-defined' && what !== 'role-redefined') || role === undefined) return [];
    const { tier } = tiers.ofRole(role, permissionsOf(role));
    if (!isAtLeast(tier, least) || (what === 'role-redefined' && !effective?.gained.length)) return [];
    return [{ kind: what, severity: severityOf(tier), body: { role, ...catalogueBody(change) } }];
  });
}

function catalogueBody(change: ToldChange): AlertBody {
  const { effective, affected = [], affectedCount = affected.length, no } = change;
  const scopes = scopesOf([change]);
  return {
    gained: effective?.gained ?? [],
    lost: effective?.lost ?? [],
    ...(scopes.length > 0 && { scopes }),
    people: affected.slice(0, LISTED_PEOPLE).map(({ id }) => id),
    peopleCount: affectedCount,
    window: storedWindow(change),
    changes: [no],
  };
}

/** A protective right that is gone while other rights stayed: from a principal, or from the role that gave it. */
export function protectiveLost(facts: WorthTelling): AlertDraft[] {
  const lost = facts.changes.filter((change) => losesProtection(facts, change));
  const ofPrincipals = lost.filter(({ kind }) => kind !== 'role');
  return [
    ...[...groupBy(ofPrincipals, ({ subject }) => subject)].flatMap(([subject, changes]) =>
      subject !== undefined && facts.holdsRights(subject) ? principalDraft(subject, changes) : [],
    ),
    ...lost
      .filter(({ kind }) => kind === 'role')
      .map((change): AlertDraft => {
        const { role } = change;
        const body = { ...catalogueBody(change), ...(role !== undefined && { role }) };
        return { kind: 'protective-lost', severity: 'high', body };
      }),
  ];
}

const LOSSES: ReadonlySet<ToldChange['what']> = new Set([
  'role-revoked',
  'permission-lost',
  'level-lowered',
  'role-redefined',
  'role-retired',
]);

/** Net: who holds it by another role as well has not lost it. */
function losesProtection({ tiers }: WorthTelling, { what, effective }: ToldChange): boolean {
  return (
    LOSSES.has(what) &&
    (effective?.lost ?? []).some((right) => tiers.ofPermission(right).tier === 'protective')
  );
}

function principalDraft(subject: string, changes: readonly ToldChange[]): AlertDraft[] {
  const [first] = changes;
  if (first === undefined || first.kind === 'role' || first.kind === 'scope') return [];
  const { role, permission } = first;
  return [
    {
      kind: 'protective-lost',
      severity: 'high',
      body: {
        subject,
        subjectKind: first.kind,
        ...(role !== undefined && { role }),
        ...(permission !== undefined && { permission }),
        lost: [...new Set(changes.flatMap(({ effective }) => effective?.lost ?? []))],
        scopes: scopesOf(changes),
        window: storedWindow(first),
        changes: changes.map(({ no }) => no),
      },
    },
  ];
}
