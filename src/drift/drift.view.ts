import { permissionModelOf } from '../access/permission-model.js';
import { RoleCatalogue } from '../access/permissions.js';
import { RolewatchError } from '../platform/errors.js';
import { inSteps } from '../platform/in-steps.js';
import type { Sql } from '../platform/tx.js';
import { catalogueAt } from '../snapshots/catalogue.view.js';
import { knownSource } from '../snapshots/known-source.view.js';
import { parseMoment } from '../snapshots/moment.js';
import { snapshotAt } from '../snapshots/snapshot-at.view.js';
import { productOf } from '../sources/source-config.js';
import { changesBetween } from './changes.view.js';
import type { IdentityId } from './facts.js';
import { keyed, type Name, namesOf } from './names.view.js';
import { netInSteps, type NettedChange } from './net.js';
import { withinRoles } from './net-roles.js';
import { type Names, spanWithNames, withNames } from './name-changes.js';
import type { DriftReport, SnapshotRef } from './report.js';
import { type Unwatched, withoutDepartures } from './unwatched.js';
import { unwatchedBetween } from './unwatched.view.js';

/**
 * What changed in a source between two moments.
 * @param from a seq, a time, `latest`, or `previous`: the snapshot before `to` (so by default)
 * @param to the same; by default `latest`, before which `previous` is
 * @throws RolewatchError unknown-source, unknown-snapshot, usage
 */
export async function driftBetween(
  sql: Sql,
  source: string,
  from?: string,
  to?: string,
): Promise<DriftReport> {
  const later =
    to === 'previous' ? await before(sql, source, await at(sql, source)) : await at(sql, source, to);
  const asksPrevious = from === undefined || from === 'previous';
  const earlier = asksPrevious ? await before(sql, source, later) : await at(sql, source, from);
  if (earlier.seq > later.seq) {
    throw new RolewatchError(
      'usage',
      `snapshot ${earlier.seq} (--from) is later than ${later.seq} (--to): swap them`,
    );
  }
  const product = productOf((await knownSource(sql, source)).kind);
  const model = permissionModelOf(product);
  const spans = await unwatchedBetween(sql, source, earlier.seq, later.seq);
  const recorded = withoutDepartures(await changesBetween(sql, source, earlier.seq, later.seq), spans);
  const changes = withinRoles(
    await inSteps(netInSteps(recorded, model)),
    new RoleCatalogue(await catalogueAt(sql, source, earlier.seq)),
    new RoleCatalogue(await catalogueAt(sql, source, later.seq)),
    model,
  );
  const names = await namesFor(sql, source, later.seq, changes, spans);
  const named = changes.map((change) => withNames(change, names));
  const unwatched = spans.map((span) => spanWithNames(span, names));
  return {
    ...{ source, product, from: earlier, to: later, changes: named },
    ...(unwatched.length > 0 && { unwatched }),
  };
}

const at = (sql: Sql, source: string, moment?: string): Promise<SnapshotRef> =>
  snapshotAt(sql, source, parseMoment(moment));

async function before(sql: Sql, source: string, { seq }: SnapshotRef): Promise<SnapshotRef> {
  if (seq > 1) return snapshotAt(sql, source, { kind: 'seq', seq: seq - 1 });
  throw new RolewatchError(
    'unknown-snapshot',
    `${source} has no snapshot before 1: there is nothing to compare it with`,
  );
}

async function namesFor(
  sql: Sql,
  source: string,
  seq: number,
  changes: readonly NettedChange[],
  spans: readonly Unwatched[],
): Promise<Names> {
  const keys = [
    ...changes.flatMap(({ scope, scopes, role }) => [scope, ...(scopes ?? []), role]),
    ...spans.flatMap(({ scopes }) => scopes),
  ];
  const byKey = await keyed(sql, source, [...new Set(keys.filter((key) => key !== undefined))]);
  const ids = changes.flatMap(({ subject, affected, hint }) => [
    subject,
    hint?.sameAs,
    ...(affected ?? []).map((one) => one.id),
  ]);
  const wanted = [...ids.filter((id) => id !== undefined), ...byKey.map((one) => one.id)];
  const names = await namesOf(sql, source, seq, [...new Set(wanted)]);
  const named = (nameSpace: 'role' | 'scope'): Map<string, Name | undefined> =>
    new Map(byKey.filter((one) => one.nameSpace === nameSpace).map((one) => [one.key, names.get(one.id)]));
  return {
    identities: names satisfies ReadonlyMap<IdentityId, Name>,
    roles: named('role'),
    scopes: named('scope'),
  };
}
