/** How the permissions of a product relate: which are steps of one ladder, which are switches, which need another. */
import {
  COMMANDS_NEED,
  commandPermission,
  LADDER_AREAS,
  MAMBO_COMMANDS,
  MAMBO_LADDERS,
  permissionsAtLevel,
} from './mambo-emm.js';
import type { PrincipalKind } from './model.js';

export interface PermissionModel {
  /** Area → the permissions of its levels, from low to high. Each contains those before it. */
  readonly ladders: ReadonlyMap<string, readonly string[]>;
  /** Known permissions that stand alone, each on or off. */
  readonly switches: ReadonlySet<string>;
  /** Permission → those without which it has no effect. */
  readonly requires: ReadonlyMap<string, readonly string[]>;
  /** What people call a scope of this product. */
  readonly scopeWord: string;
  /** Who can hold something in it; empty where that is not known. */
  readonly kinds: readonly PrincipalKind[];
}

/** A product whose permissions stand side by side, and whose names are known from its catalogue only. */
const UNRELATED = { ladders: new Map(), switches: new Set<string>(), requires: new Map() };

const MODELS: Readonly<Record<string, PermissionModel>> = {
  'ivanti-epmm': {
    ...UNRELATED,
    scopeWord: 'space',
    kinds: ['local-admin', 'directory-user', 'ldap-group', 'ldap-ou', 'built-in'],
  },
  'mambo-emm': {
    ladders: new Map(LADDER_AREAS.map((area) => [area, permissionsAtLevel(area, topOf(area))])),
    switches: new Set(MAMBO_COMMANDS.map(commandPermission)),
    requires: new Map(MAMBO_COMMANDS.map((command) => [commandPermission(command), [COMMANDS_NEED]])),
    scopeWord: 'team',
    kinds: ['member', 'access-token'],
  },
};

function topOf(area: (typeof LADDER_AREAS)[number]): string {
  const levels: readonly string[] = MAMBO_LADDERS[area];
  return levels.at(-1) ?? '';
}

/** The model of `ivanti-epmm` or `mambo-emm`; of any other product nothing is known. */
export function permissionModelOf(product: string): PermissionModel {
  return (
    (Object.hasOwn(MODELS, product) ? MODELS[product] : undefined) ?? {
      ...UNRELATED,
      scopeWord: 'scope',
      kinds: [],
    }
  );
}

/** Every permission that the model names; of a product without a model, none. */
export function knownPermissions(model: PermissionModel): string[] {
  return [...[...model.ladders.values()].flat(), ...model.switches];
}

/** A permission's place: the area whose ladder it is on, and how high, from 0. */
export interface Rung {
  readonly area: string;
  readonly height: number;
}

export function rungOf(permission: string, model: PermissionModel): Rung | undefined {
  const area = permission.slice(0, Math.max(0, permission.lastIndexOf('.')));
  const height = model.ladders.get(area)?.indexOf(permission) ?? -1;
  return height === -1 ? undefined : { area, height };
}

/** The highest level of an area among these permissions, as its key's last word; null: nothing of the area. */
export function levelIn(
  area: string,
  permissions: ReadonlySet<string>,
  model: PermissionModel,
): string | null {
  const highest = model.ladders.get(area)?.findLast((permission) => permissions.has(permission));
  return highest === undefined ? null : highest.slice(area.length + 1);
}

/** How high a level stands on its ladder, from 1; 0 where nothing is held. */
export function heightOf(area: string, level: string | null, model: PermissionModel): number {
  if (level === null) return 0;
  return (model.ladders.get(area)?.indexOf(`${area}.${level}`) ?? -1) + 1;
}

/**
 * Of the permissions held in one scope, those without effect because another one that they need is missing, or is itself
 * without effect.
 */
export function latentPermissions(held: ReadonlySet<string>, model: PermissionModel): Set<string> {
  const latent = new Set<string>();
  for (let before = -1; before < latent.size;) {
    before = latent.size;
    for (const permission of held) {
      const needed = model.requires.get(permission) ?? [];
      if (needed.some((other) => !held.has(other) || latent.has(other))) latent.add(permission);
    }
  }
  return latent;
}

/** Of the permissions held in one scope, those with effect. */
export function livePermissions(held: ReadonlySet<string>, model: PermissionModel): Set<string> {
  if (model.requires.size === 0) return new Set(held);
  const latent = latentPermissions(held, model);
  return new Set([...held].filter((permission) => !latent.has(permission)));
}

/** Whether having or lacking one of `others` decides whether the permission has effect. */
export function needsOneOf(permission: string, others: ReadonlySet<string>, model: PermissionModel): boolean {
  return model.requires.get(permission)?.some((needed) => others.has(needed)) ?? false;
}
