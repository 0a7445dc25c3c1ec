/**
 * The permission table of mambo EMM, which access tokens and roles share, as data: thirteen areas, each a ladder of
 * levels or a set of switches. Keys are ours; docs/mambo-emm.md sets the vendor's words beside them.
 */

/** Nothing of an area is held: no permission, and for some areas no level that the vendor offers. */
export const NO_LEVEL = 'none';

/** Levels from low to high; each contains the one below. */
export const MAMBO_LADDERS = {
  team: ['view', 'manage-general', 'manage-security'],
  roles: ['none', 'view', 'manage', 'delete'],
  members: ['none', 'view', 'manage', 'remove'],
  reports: ['none', 'view', 'generate', 'delete'],
  devices: ['none', 'view'],
  groups: ['view', 'manage', 'delete'],
  policies: ['view', 'manage', 'delete'],
  'enrolment-tokens': ['view', 'manage', 'delete'],
  'device-possession': ['none', 'view', 'change'],
  webhooks: ['none', 'view', 'manage', 'delete'],
  'access-tokens': ['none', 'view', 'create', 'delete'],
  billing: ['none', 'update'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** An area whose permissions are levels. */
export type LadderArea = keyof typeof MAMBO_LADDERS;
export const LADDER_AREAS = Object.keys(MAMBO_LADDERS) as readonly LadderArea[];

/** The area whose permissions are switches, each on or off. */
export const COMMANDS_AREA = 'device-commands';
export const MAMBO_COMMANDS = [
  'lock',
  'reset-password',
  'reboot',
  'wipe',
  'remote-control',
  'clear-app-data',
  'broadcast',
  'manage-esims',
  'run-adb',
] as const;
export type MamboCommand = (typeof MAMBO_COMMANDS)[number];

/** "You must also enable View Devices for these commands to work." */
export const COMMANDS_NEED = 'devices.view';

/** All thirteen areas, in the vendor's order. */
export const MAMBO_AREAS = [
  ...LADDER_AREAS.slice(0, LADDER_AREAS.indexOf('device-possession')),
  COMMANDS_AREA,
  ...LADDER_AREAS.slice(LADDER_AREAS.indexOf('device-possession')),
] as const;

/** What is held in each area, as a token, a role or a member states it. An area that is absent: nothing of it. */
export interface HeldAreas {
  readonly levels: Readonly<Partial<Record<LadderArea, string>>>;
  readonly commands: readonly MamboCommand[];
}

/**
 * The permissions that a level stands for, from low to high: `webhooks.view` and `webhooks.manage` for `manage`.
 * @throws RangeError for a level that the area does not have: it must have been checked before
 */
export function permissionsAtLevel(area: LadderArea, level: string): string[] {
  const levels: readonly string[] = MAMBO_LADDERS[area];
  const reached = levels.indexOf(level);
  if (reached === -1) throw new RangeError(`${area} has no level ${level}`);
  return levels
    .slice(0, reached + 1)
    .filter((one) => one !== NO_LEVEL)
    .map((one) => `${area}.${one}`);
}

export const commandPermission = (command: MamboCommand): string => `${COMMANDS_AREA}.${command}`;

/** Every permission that is held, in code-unit order. */
export function permissionsOfAreas({ levels, commands }: HeldAreas): string[] {
  const ladders = LADDER_AREAS.flatMap((area) => {
    const level = levels[area];
    return level === undefined ? [] : permissionsAtLevel(area, level);
  });
  return [...new Set([...ladders, ...commands.map(commandPermission)])].sort();
}
