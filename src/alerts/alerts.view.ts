import type { RiskTier } from '../access/model.js';
import { keyed, type Name, namesOf } from '../drift/names.view.js';
import type { Sql } from '../platform/tx.js';
import type { AlertKind } from './worth-telling.js';

/** Somebody or something by its name as of the alert's snapshot; erased people have neither. */
export interface Named {
  readonly key?: string;
  readonly name?: string;
}

/** One high-risk role in one scope, and who holds it. */
export interface AlertHolder {
  readonly principal: Named;
  readonly role: { readonly id: string; readonly name?: string };
  readonly scope: { readonly key: string; readonly name?: string };
  readonly tier: RiskTier;
}

/** What was worth telling, with names. Only the fields of its kind are there. */
export interface AlertView {
  readonly kind: AlertKind;
  readonly severity: RiskTier;
  readonly holders?: readonly AlertHolder[];
  readonly permission?: string;
  readonly stream?: string;
  readonly count?: number;
  readonly why?: string;
}

interface StoredHolder {
  readonly identity: string;
  readonly role: string;
  readonly scope: string;
  readonly tier: RiskTier;
}

interface StoredAlert {
  readonly kind: AlertKind;
  readonly severity: RiskTier;
  readonly body: Omit<AlertView, 'kind' | 'severity' | 'holders'> &
    Partial<StoredHolder> & { holders?: StoredHolder[] };
}

/** What snapshot `seq` gave to tell, in its order. */
export async function alertsOf(sql: Sql, source: string, seq: number): Promise<AlertView[]> {
  const alerts = await sql.query<StoredAlert>(
    `SELECT kind, severity, body FROM alert WHERE source = $1 AND seq = $2 ORDER BY no`,
    [source, seq],
  );
  const names = await namesIn(sql, source, seq, alerts.flatMap(holdersOf));
  return alerts.map((alert) => {
    const { kind, severity, body } = alert;
    const { identity: _, role: __, holders: ___, tier: ____, ...rest } = body;
    const holders = holdersOf(alert).map((holder) => withNames(holder, names));
    return { kind, severity, ...rest, ...(holders.length > 0 && { holders }) };
  });
}

/** A summary names many holders, an alert about a built-in one. */
function holdersOf({ body, severity }: StoredAlert): StoredHolder[] {
  const { identity, role, scope } = body;
  if (body.holders !== undefined) return body.holders;
  return identity !== undefined && role !== undefined && scope !== undefined
    ? [{ identity, role, scope, tier: severity }]
    : [];
}

interface Names {
  readonly principals: ReadonlyMap<string, Name>;
  readonly keyed: ReadonlyMap<string, string>;
}

async function namesIn(
  sql: Sql,
  source: string,
  seq: number,
  holders: readonly StoredHolder[],
): Promise<Names> {
  const keys = await keyed(sql, source, [...new Set(holders.flatMap(({ role, scope }) => [role, scope]))]);
  const ids = [...holders.map(({ identity }) => identity), ...keys.map(({ id }) => id)];
  const principals = await namesOf(sql, source, seq, [...new Set(ids)]);
  const byKey = keys.flatMap(({ nameSpace, key, id }) => {
    const name = principals.get(id)?.name;
    return name ? [[`${nameSpace}:${key}`, name] as const] : [];
  });
  return { principals, keyed: new Map(byKey) };
}

function withNames({ identity, role, scope, tier }: StoredHolder, names: Names): AlertHolder {
  const { key, name } = names.principals.get(identity) ?? { key: null, name: null };
  const named = (what: string) => {
    const found = names.keyed.get(what);
    return found === undefined ? {} : { name: found };
  };
  return {
    principal: { ...(key !== null && { key }), ...(name !== null && { name }) },
    role: { id: role, ...named(`role:${role}`) },
    scope: { key: scope, ...named(`scope:${scope}`) },
    tier,
  };
}
