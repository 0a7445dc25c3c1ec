/** Roles that became dangerous by what the catalogue says, and protection that somebody lost. */
import { groupBy, without } from '../drift/collect.js';
import type { ToldChange } from '../drift/told.js';
import { type AlertBody, type AlertDraft, isAtLeast, LISTED_PEOPLE, severityOf } from './alert.js';
import type { WorthTelling } from './worth-telling-facts.js';
import { scopesOf, storedWindow } from './worth-telling-gains.js';

/** A role worth telling that is new, or allows more than before, whoever holds it. */
export function rolesOf({ tiers, least, changes, permissionsOf }: WorthTelling): AlertDraft[] {
  return sameRole(changes).flatMap((ofRole) => {
    const [{ role, what }] = ofRole;
    if (role === undefined || what === 'role-retired') return [];
    const { tier } = tiers.ofRole(role, permissionsOf(role));
    const body = catalogueBody(ofRole);
    if (!isAtLeast(tier, least) || (what !== 'role-defined' && !body.gained?.length)) return [];
    const kind = what === 'role-defined' ? what : 'role-redefined';
    return [{ kind, severity: severityOf(tier), body: { role, ...body } }];
  });
}

type SomeChanges = readonly [ToldChange, ...ToldChange[]];

/** Changes of a role that came about alike. Its levels and switches are told one by one, but are one thing to know. */
function sameRole(changes: readonly ToldChange[]): SomeChanges[] {
  const ofRoles = changes.filter(({ kind }) => kind === 'role');
  const alike = groupBy(ofRoles, ({ what, role, scopes }) =>
    JSON.stringify([role, what === 'role-defined' || what === 'role-retired' ? what : null, scopes]),
  );
  return [...alike.values()];
}

function catalogueBody(changes: SomeChanges): AlertBody {
  const [first] = changes;
  const net = (way: 'gained' | 'lost'): string[] =>
    without(
      changes.flatMap(({ effective }) => effective?.[way] ?? []),
      [],
    );
  const people = new Set(changes.flatMap(({ affected = [] }) => affected.map(({ id }) => id)));
  const counts = changes.map(({ affectedCount = 0 }) => affectedCount);
  const scopes = scopesOf(changes);
  return {
    gained: net('gained'),
    lost: net('lost'),
    ...(scopes.length > 0 && { scopes }),
    people: [...people].slice(0, LISTED_PEOPLE),
    peopleCount: Math.max(people.size, ...counts),
    window: storedWindow(first),
    changes: changes.map(({ no }) => no),
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
    ...sameRole(lost).map((ofRole): AlertDraft => {
      const [{ role }] = ofRole;
      const body = { ...catalogueBody(ofRole), ...(role !== undefined && { role }) };
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
