/** What a server's own words for levels, switches and permissions mean in ours. */
import { z } from 'zod';
import {
  COMMANDS_AREA,
  LADDER_AREAS,
  type LadderArea,
  MAMBO_AREAS,
  MAMBO_COMMANDS,
  MAMBO_LADDERS,
  type MamboCommand,
} from '../../access/mambo-emm.js';
import { knownPermissions, permissionModelOf } from '../../access/permission-model.js';
import { didYouMean } from '../../platform/config/nearest.js';
import { property } from '../json.js';
import { section } from '../../platform/config/section.js';
import { type JsonPath, jsonPath } from './json-path.js';

type Words<T> = Readonly<Record<string, T>>;

export interface PermissionMapping {
  /** Where in an item the level of an area stands. */
  readonly areas: Readonly<Partial<Record<LadderArea, JsonPath>>>;
  /** By area, and under `any` for all of them: the server's word for a level → ours. */
  readonly levels: Readonly<Partial<Record<LadderArea | 'any', Words<string>>>>;
  /** A list of words, or one true-or-false for each command. */
  readonly commands:
    | { readonly at: JsonPath; readonly words: Words<MamboCommand> }
    | { readonly each: Readonly<Partial<Record<MamboCommand, JsonPath>>> }
    | null;
  /** A list of words that each stand for one of our permissions, or for `none`, which is nothing. */
  readonly listed: { readonly at: JsonPath; readonly words: Words<string> } | null;
}

const LEVELS: readonly string[] = [
  ...new Set(LADDER_AREAS.flatMap((area): readonly string[] => MAMBO_LADDERS[area])),
];
const NOTHING = 'none';
const KNOWN = [...knownPermissions(permissionModelOf('mambo-emm')), NOTHING];

const oneOf = <T extends string>(words: readonly [T, ...T[]]) => z.record(z.string(), z.enum(words));
const levelWords = Object.fromEntries(
  [...LADDER_AREAS, 'any' as const].map((area) => {
    const levels: readonly string[] = area === 'any' ? LEVELS : MAMBO_LADDERS[area];
    // a server may have a word for nothing where the console has none
    const words = [NOTHING, ...levels.filter((level) => level !== NOTHING)] as [string, ...string[]];
    return [area, oneOf(words).optional()];
  }),
);
const areaPaths = Object.fromEntries(LADDER_AREAS.map((area) => [area, jsonPath.optional()]));
const commandPaths = Object.fromEntries(MAMBO_COMMANDS.map((command) => [command, jsonPath.optional()]));

const commands = z.union(
  [
    section({ at: jsonPath, words: z.record(z.string(), z.enum(MAMBO_COMMANDS)) }),
    section({ each: section(commandPaths) }),
  ],
  {
    error: `must be { at, words } for a list of words, or { each } with a place for each of ${MAMBO_COMMANDS.join(', ')}`,
  },
);

const listed = section({
  at: jsonPath,
  words: z.record(z.string(), z.string()).superRefine((words, context) => {
    for (const [word, permission] of Object.entries(words)) {
      if (KNOWN.includes(permission)) continue;
      const message = `must be one of our permissions, or none${didYouMean(permission, KNOWN)}`;
      context.addIssue({ code: 'custom', path: [word], message });
    }
  }),
});

/** Each of the thirteen areas must be found somewhere, or be named as not given: nothing is passed over in silence. */
export const PERMISSIONS: z.ZodType<PermissionMapping> = section({
  areas: section(areaPaths).default({}),
  levels: section(levelWords).default({}),
  commands: commands.optional(),
  listed: listed.optional(),
  notGiven: z.array(z.enum([...LADDER_AREAS, COMMANDS_AREA])).default([]),
})
  .superRefine(refuseGaps, { when: ({ value }) => typeof value === 'object' && value !== null })
  .transform(({ areas, levels, commands: switches, listed: words }): PermissionMapping => ({
    areas,
    levels,
    commands: switches ?? null,
    listed: words ?? null,
  }));

/** Other faults do not hide these, so nothing is known of the shape yet. */
interface Unchecked {
  readonly areas?: unknown;
  readonly levels?: unknown;
  readonly commands?: unknown;
  readonly listed?: unknown;
  readonly notGiven?: unknown;
}

function refuseGaps(
  { areas, levels, commands: switches, listed: words, notGiven }: Unchecked,
  context: z.RefinementCtx,
): void {
  const placed = LADDER_AREAS.filter((area) => property(areas, area) !== undefined);
  const listedWords = property(words, 'words');
  const meanings: unknown[] =
    typeof listedWords === 'object' && listedWords !== null ? Object.values(listedWords) : [];
  const byWord = meanings.map((one) => String(one).slice(0, String(one).lastIndexOf('.')));
  const left: unknown[] = Array.isArray(notGiven) ? notGiven : [];
  const found = new Set<unknown>([
    ...placed,
    ...byWord,
    ...left,
    ...(switches === undefined ? [] : [COMMANDS_AREA]),
  ]);
  const missing = MAMBO_AREAS.filter((area) => !found.has(area));
  if (missing.length > 0) {
    const message = `says nothing of ${missing.join(', ')}: say where they are, or put them under notGiven`;
    context.addIssue({ code: 'custom', message });
  }
  for (const area of placed) {
    if (property(levels, area) !== undefined || property(levels, 'any') !== undefined) continue;
    const message = `has no words: say under levels.${area} (or levels.any) what the server's words mean`;
    context.addIssue({ code: 'custom', path: ['areas', area], message });
  }
}
