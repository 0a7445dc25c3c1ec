/** One item of a server's answer becomes a row in our words, by its configured mapping. */
import {
  COMMANDS_AREA,
  type HeldAreas,
  LADDER_AREAS,
  MAMBO_COMMANDS,
  MAMBO_LADDERS,
  type MamboCommand,
  NO_LEVEL,
} from '../../access/mambo-emm.js';
import { didYouMean } from '../../platform/config/nearest.js';
import { formatPath } from '../json.js';
import type { FieldName, ListMapping } from './http-config.js';
import { at, type JsonPath } from './json-path.js';
import { idProblem, type MamboRow } from './normalise.js';
import type { PermissionMapping } from './permission-mapping.js';

/** An item that cannot be used, in words; `path` leads to the field inside the item. */
export class BadItem extends Error {
  constructor(
    readonly path: JsonPath,
    why: string,
  ) {
    super(why);
    this.name = 'BadItem';
  }

  get words(): string {
    return `${formatPath(this.path)}: ${this.message}`;
  }
}

const MASK = /^\s*\*{3,}\s*$|\*{5}/;

/** Whether the server hides who this is behind stars. */
export function isMasked(item: unknown, { fields }: ListMapping): boolean {
  const named = [fields.id, fields.name, fields.email, fields.owner, fields.createdBy];
  return named.some((path) => {
    const value = path && at(item, path);
    return typeof value === 'string' && MASK.test(value);
  });
}

/** @throws BadItem */
export function mapRow(item: unknown, mapping: ListMapping): MamboRow {
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    throw new BadItem([], 'expected an object');
  const said = (name: FieldName): string | null => textAt(item, mapping.fields[name]);
  const moment = (name: FieldName): string | null => momentAt(item, mapping.fields[name], mapping.moments);
  return {
    id: idAt(item, mapping.fields.id),
    name: said('name'),
    email: said('email'),
    owner: said('owner'),
    createdBy: said('createdBy'),
    createdAt: moment('createdAt'),
    expiresAt: moment('expiresAt'),
    lastRotatedAt: moment('lastRotatedAt'),
    held: mapping.permissions ? heldBy(item, mapping.permissions) : { levels: {}, commands: [] },
    roles: rolesOf(item, mapping),
  };
}

function idAt(item: unknown, path: JsonPath): string {
  const value = at(item, path);
  const id = Number.isSafeInteger(value) ? String(value) : value;
  if (typeof id !== 'string') {
    const isRounded = Number.isInteger(value);
    throw new BadItem(
      path,
      isRounded
        ? 'is a number too large to be read exactly: as an id it must be sent as a text'
        : 'expected an id, a text or a whole number',
    );
  }
  const problem = idProblem(id);
  if (problem !== undefined) throw new BadItem(path, problem);
  return id;
}

function textAt(item: unknown, path: JsonPath | undefined): string | null {
  if (path === undefined) return null;
  const value = at(item, path);
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new BadItem(path, 'expected a text');
}

const PER_UNIT = { 'epoch-seconds': 1_000, 'epoch-milliseconds': 1 } as const;
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

function momentAt(item: unknown, path: JsonPath | undefined, moments: ListMapping['moments']): string | null {
  if (path === undefined) return null;
  const value = at(item, path);
  if (value === undefined || value === null || value === '') return null;
  if (moments === 'iso') {
    const date = typeof value === 'string' && ISO.test(value) ? new Date(value) : new Date(Number.NaN);
    if (Number.isNaN(date.getTime())) {
      throw new BadItem(
        path,
        'expected a moment with its zone (ISO 8601), or moments: epoch-seconds in the configuration',
      );
    }
    return date.toISOString();
  }
  const date = new Date(typeof value === 'number' ? value * PER_UNIT[moments] : Number.NaN);
  if (Number.isNaN(date.getTime())) throw new BadItem(path, `expected a number: moments are ${moments}`);
  const year = date.getUTCFullYear();
  if (year < 0 || year > 9_999)
    throw new BadItem(
      path,
      `is no moment of the years 0 to 9999: moments are ${moments}, perhaps of another unit`,
    );
  return date.toISOString();
}

function rolesOf(item: unknown, { fields, roleIdAt }: ListMapping): string[] {
  if (fields.roles === undefined) return [];
  const path = fields.roles;
  const roles = at(item, path);
  // a list that is not there would take every role from its holder
  if (!Array.isArray(roles)) throw new BadItem(path, 'expected a list of roles, [] where somebody has none');
  return [...new Set(roles.map((role: unknown, i) => idIn(role, roleIdAt, [...path, String(i)])))];
}

function idIn(role: unknown, roleIdAt: JsonPath | null, path: JsonPath): string {
  try {
    return idAt(role, roleIdAt ?? []);
  } catch (error) {
    throw error instanceof BadItem ? new BadItem([...path, ...error.path], error.message) : error;
  }
}

function heldBy(item: unknown, mapping: PermissionMapping): HeldAreas {
  const listed = wordsIn(item, mapping.listed);
  const levels: Record<string, string> = {};
  for (const area of LADDER_AREAS) {
    const level = mapping.areas[area] && levelAt(item, area, mapping.areas[area], mapping);
    const ladder: readonly string[] = MAMBO_LADDERS[area];
    const all = [
      level,
      ...listed.filter((one) => one.startsWith(`${area}.`)).map((one) => one.slice(area.length + 1)),
    ];
    const highest = ladder.findLast((one) => all.includes(one));
    if (highest !== undefined) levels[area] = highest;
  }
  const switched = listed.filter((one) => one.startsWith(`${COMMANDS_AREA}.`));
  const commands = [
    ...commandsOf(item, mapping),
    ...switched.map((one) => one.slice(COMMANDS_AREA.length + 1)),
  ];
  return { levels, commands: MAMBO_COMMANDS.filter((command) => commands.includes(command)) };
}

function levelAt(
  item: unknown,
  area: (typeof LADDER_AREAS)[number],
  path: JsonPath,
  { levels }: PermissionMapping,
): string {
  const value = at(item, path);
  const ladder: readonly string[] = MAMBO_LADDERS[area];
  const words = { ...levels.any, ...levels[area] };
  const level = wordOf(value, words, path);
  if (level !== NO_LEVEL && !ladder.includes(level)) {
    throw new BadItem(path, `means "${level}", which ${area} does not have (it has ${ladder.join(', ')})`);
  }
  return level;
}

function commandsOf(item: unknown, { commands }: PermissionMapping): MamboCommand[] {
  if (commands === null) return [];
  if ('at' in commands) return wordsIn(item, commands);
  return MAMBO_COMMANDS.filter((command) => {
    const path = commands.each[command];
    if (path === undefined) return false;
    const value = at(item, path);
    if (typeof value === 'boolean') return value;
    throw new BadItem(path, 'expected true or false');
  });
}

function wordsIn<T extends string>(
  item: unknown,
  list: { readonly at: JsonPath; readonly words: Readonly<Record<string, T>> } | null,
): T[] {
  if (list === null) return [];
  const said = at(item, list.at);
  if (!Array.isArray(said)) throw new BadItem(list.at, 'expected a list of words');
  return said.map((word: unknown, i) => wordOf(word, list.words, [...list.at, String(i)]));
}

const isWord = (value: unknown): value is string | number | boolean | null =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

/** A word that nobody has said the meaning of is an error: it may be any right. */
function wordOf<T extends string>(value: unknown, words: Readonly<Record<string, T>>, path: JsonPath): T {
  if (!isWord(value)) {
    throw new BadItem(path, `expected a word, one of ${Object.keys(words).join(', ')}`);
  }
  const word = String(value);
  const meaning = Object.hasOwn(words, word) ? words[word] : undefined;
  if (meaning !== undefined) return meaning;
  const hint = didYouMean(word, Object.keys(words));
  throw new BadItem(
    path,
    `is a word whose meaning is not configured (known: ${Object.keys(words).join(', ')})${hint}`,
  );
}
