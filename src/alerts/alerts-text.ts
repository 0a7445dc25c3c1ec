import { permissionOf } from '../access/permissions.js';
import { compareTiers } from '../access/risk.js';
import { oneLine } from '../platform/visible.js';
import type { AlertHolder, AlertView } from './alerts.view.js';

/** Alerts as lines for a terminal, worst first; what is held is said elsewhere, with the command that releases it. */
export function alertsText(alerts: readonly AlertView[]): string[] {
  return alerts.flatMap((alert) => {
    switch (alert.kind) {
      case 'first-read':
        return [
          '',
          'Read for the first time. Who holds high-risk roles:',
          ...holderLines(alert.holders ?? []),
        ];
      case 'last-holder-lost':
        return [
          '',
          oneLine(
            `[critical] Nobody holds "${alert.permission ?? ''}" any more: a lock-out, or somebody's plan?`,
          ),
        ];
      case 'built-in-holds-role':
        return [
          '',
          '[critical] A built-in account holds a role, which it never should:',
          ...holderLines(alert.holders ?? []),
        ];
      case 'list-held':
        return [];
    }
  });
}

/** One line for each principal and scope. */
function holderLines(holders: readonly AlertHolder[]): string[] {
  const groups = new Map<string, AlertHolder[]>();
  for (const holder of [...holders].sort((a, b) => compareTiers(a.tier, b.tier))) {
    const key = JSON.stringify([holder.principal, holder.scope.key]);
    groups.set(key, [...(groups.get(key) ?? []), holder]);
  }
  return [...groups.values()].map((held) => {
    const [first] = held;
    if (first === undefined) return '';
    const { principal, scope, tier } = first;
    const roles = held.map(({ role }) =>
      role.name === undefined ? (permissionOf(role.id) ?? `role ${role.id}`) : `${role.id} ${role.name}`,
    );
    return oneLine(
      `  [${tier}] ${who(principal)} in ${scope.name ?? `space ${scope.key}`}: ${roles.join('; ')}`,
    );
  });
}

function who({ key, name }: AlertHolder['principal']): string {
  if (key === undefined) return 'an erased person';
  return name === undefined || name === key ? key : `${name} (${key})`;
}
