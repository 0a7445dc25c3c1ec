import { without } from '../collect.js';
import type { Facts, IdentityId, RoleFact, Stated, UnitFact } from '../facts.js';
import type { At } from './at.js';
import { readGrants, readHeldByAnybody, readHolders, readTouchedGrants } from './grants.view.js';
import { readLinkedAnew, readLinks } from './links.view.js';
import { readHeld, readReadings } from './readings.view.js';
import {
  attributeFacts,
  identityFacts,
  type PrincipalRecord,
  readChangedAttributes,
  readRecords,
  stated,
} from './records.view.js';
import { readRoles } from './roles.view.js';
import { readScopes } from './scopes.view.js';
import { type Movement, readBelow, readMovements, readUnits } from './units.view.js';

/** Reads what explaining `seq` needs, from what changed outwards: whom it concerns, then all about those. */
export async function readFacts(
  at: At,
  { model, recordedAt, left }: Pick<Facts, 'model' | 'recordedAt' | 'left'>,
): Promise<Facts> {
  const roles = await readRoles(at);
  const touched = await readTouchedGrants(at);
  const lost = new Set<IdentityId>();
  const concerned = new Set<IdentityId>();
  for (const grant of await readGrants(at, distinct(touched.map((one) => one.principal)), touched)) {
    if (grant.before !== grant.after) concerned.add(grant.principal);
    if (grant.before && !grant.after) lost.add(grant.principal);
  }
  const changedRoles = roles.filter(isChanged);
  for (const id of await readHolders(at, distinct(changedRoles.map((role) => role.role)))) concerned.add(id);

  const units = await readConcernedUnits(at, concerned);
  const withAttributes = await readChangedAttributes(at);
  const linkedAnew = await readLinkedAnew(at);
  const seeds = distinct([...concerned, ...units.map((unit) => unit.id), ...withAttributes, ...linkedAnew]);
  const links = await readLinks(at, seeds);
  const everybody = distinct([...seeds, ...links.flatMap((link) => [link.identity, link.to])]);
  const records = await readRecords(at, everybody);
  const scopes = await readScopes(at, [...left.keys()]);
  const mayHaveLeft = [
    ...changedRoles.map((role) => role.identity),
    ...scopes.map((scope) => scope.identity),
  ];
  const losesRights =
    lost.size > 0 || changedRoles.some((role) => without(role.before ?? [], role.after ?? []).length > 0);
  return {
    model,
    recordedAt,
    left,
    readings: await readReadings(at),
    held: await readHeld(at, [...everybody, ...mayHaveLeft.filter((id) => id !== null)]),
    identities: identityFacts(records),
    links,
    grants: await readGrants(at, everybody, touched),
    roles,
    units,
    scopes,
    attributes: attributeFacts(recordsOf(records, withAttributes)),
    heldByAnybody: losesRights ? await readHeldByAnybody(at) : [],
  };
}

const distinct = (ids: readonly string[]): string[] => [...new Set(ids)];

function isChanged(role: RoleFact): boolean {
  const [before, after] = [role.before ?? [], role.after ?? []];
  const appearedOrWent = (role.before === null) !== (role.after === null);
  return appearedOrWent || without(before, after).length > 0 || without(after, before).length > 0;
}

function recordsOf(
  records: readonly PrincipalRecord[],
  identities: readonly IdentityId[],
): PrincipalRecord[] {
  const wanted = new Set(identities);
  return records.filter((record) => wanted.has(record.identity));
}

/** Units with rights whose members changed, and those that a change of rights is about. */
async function readConcernedUnits(at: At, concerned: ReadonlySet<IdentityId>): Promise<UnitFact[]> {
  const ids = await readUnits(at);
  const records = await readRecords(at, ids);
  const movements = new Map((await readMovements(at, ids)).map((one) => [one.unit, one]));
  const counts = new Map(ids.map((id) => [id, countsOf(recordsOf(records, [id]))]));
  const inPlay = ids.filter(
    (id) =>
      concerned.has(id) || movements.has(id) || counts.get(id)?.some((count) => count.before !== count.after),
  );
  const organisational = new Set(
    records.filter((record) => record.type === 'OU').map((record) => record.identity),
  );
  const below = await readBelow(
    at,
    inPlay.filter((id) => organisational.has(id)),
  );
  return inPlay.map((id) => {
    const people = below.get(id);
    return {
      id,
      counts: counts.get(id) ?? [],
      below: people ? { ...people, ...moved(movements.get(id)) } : null,
    };
  });
}

function countsOf(records: readonly PrincipalRecord[]): Stated<number | null>[] {
  return stated(records, (record) => record.memberCount);
}

const NOBODY = { count: 0, listed: [] };

function moved(movement: Movement | undefined) {
  const { appeared, vanished, touched } = movement ?? { appeared: NOBODY, vanished: NOBODY, touched: [] };
  return { appeared, vanished, touched };
}
