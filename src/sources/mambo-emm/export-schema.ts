/** The one declared shape of an export, version 1 (docs/mambo-emm.md): as YAML, JSON, and row by row as CSV. */
import { z } from 'zod';
import {
  COMMANDS_AREA,
  type HeldAreas,
  LADDER_AREAS,
  MAMBO_COMMANDS,
  MAMBO_LADDERS,
} from '../../access/mambo-emm.js';
import { didYouMean } from '../../platform/config/nearest.js';
import { section } from '../../platform/config/section.js';
import { type ListName } from './lists.js';
import { looksSecret, SECRET_FOUND } from './looks-secret.js';
import { idProblem, type MamboRow } from './normalise.js';

export const FORMAT = 'rolewatch-mambo-emm/1';

/** What an export says of itself, and the lists in it; a list that is absent was not exported. */
export interface MamboExport {
  readonly team: string;
  readonly exportedAt: Date;
  readonly exporter: string;
  readonly lists: Readonly<Partial<Record<ListName, readonly MamboRow[]>>>;
}

/** What an export is held against. */
export interface Expected {
  /** The team that the source is configured for. */
  readonly team: string;
  /** An export cannot be from the future. */
  readonly now: Date;
}

const DUE_TEXT = 'must be a text that is not blank';
const DUE_ID = 'must be a text that is not blank; a number needs quotes, so that 007 stays 007';
const DUE_MOMENT = 'must be a moment with its zone, for example 2026-03-18T06:00:00+01:00';

const words = z
  .string({ error: DUE_TEXT })
  .refine((value) => value.trim() !== '', { error: DUE_TEXT })
  .refine((value) => value.length <= 1_000, { error: 'must be at most 1,000 characters long' })
  .refine((value) => !looksSecret(value), { error: SECRET_FOUND });
const said = words.nullish().transform((value) => value ?? null);

const id = z.string({ error: DUE_ID }).superRefine((value, context) => {
  const message = looksSecret(value) ? SECRET_FOUND : idProblem(value);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

const moment = z.iso.datetime({ offset: true, error: DUE_MOMENT });
const saidMoment = moment
  .nullish()
  .transform((value) => (value == null ? null : new Date(value).toISOString()));

type Level = z.ZodOptional<z.ZodType<string | undefined>>;
const levels: Record<string, Level> = Object.fromEntries(
  LADDER_AREAS.map((area) => [area, z.enum(MAMBO_LADDERS[area]).optional()]),
);

const commands = z
  .array(z.enum(MAMBO_COMMANDS), { error: 'must be a list of commands such as [lock, reboot]' })
  .superRefine(refuseRepeats);

/** One key for each area. An area that is left out: nothing of it is held. */
const areas = section({ ...levels, [COMMANDS_AREA]: commands.optional() }).transform((stated): HeldAreas => {
  const { [COMMANDS_AREA]: switched = [], ...ladders } = stated;
  return { levels: ladders, commands: switched };
});

const NOTHING: HeldAreas = { levels: {}, commands: [] };
const UNSAID = {
  email: null,
  owner: null,
  createdBy: null,
  createdAt: null,
  expiresAt: null,
  lastRotatedAt: null,
};

const token = section({
  id,
  name: said,
  owner: said,
  createdBy: said,
  createdAt: saidMoment,
  expiresAt: saidMoment,
  lastRotatedAt: saidMoment,
  permissions: areas,
}).transform(({ permissions, ...row }): MamboRow => ({ ...UNSAID, ...row, held: permissions, roles: [] }));

const role = section({ id, name: said, permissions: areas }).transform(
  ({ permissions, ...row }): MamboRow => ({ ...UNSAID, ...row, held: permissions, roles: [] }),
);

const member = section({
  id,
  name: said,
  email: said,
  roles: z
    .array(id, { error: 'must be a list of role ids such as [team-owner]' })
    .superRefine(refuseRepeats)
    .default([]),
  permissions: areas.default(NOTHING),
}).transform(({ permissions, ...row }): MamboRow => ({ ...UNSAID, ...row, held: permissions }));

const ROWS = { accessTokens: token, roles: role, members: member };

/** The rows of a list, each with an id of its own. */
export function listSchema(list: ListName): z.ZodType<MamboRow[]> {
  return z
    .array(ROWS[list], { error: 'must be a list' })
    .superRefine(refuseSameIds, { when: ({ value }) => Array.isArray(value) });
}

type HeadSchema = {
  readonly format: z.ZodType<string>;
  readonly team: z.ZodType<string>;
  readonly exportedAt: z.ZodType<Date>;
  readonly exporter: z.ZodType<string>;
};

/** What stands at the head of an export. */
export function headSchema({ team, now }: Expected): HeadSchema {
  return {
    format: z.literal(FORMAT),
    team: words.refine((value) => value === team, {
      error: 'is another team than the one that this source is configured for (team in rolewatch.yaml)',
    }),
    exportedAt: moment
      .transform((value) => new Date(value))
      .refine((value) => value <= now, { error: 'is in the future' }),
    exporter: words,
  };
}

/** A whole export in one document. */
export function exportSchema(expected: Expected): z.ZodType<MamboExport> {
  return section({
    ...headSchema(expected),
    accessTokens: listSchema('accessTokens'),
    roles: listSchema('roles').optional(),
    members: listSchema('members').optional(),
  })
    .superRefine(refuseUnknownRoles, { when: ({ value }) => typeof value === 'object' && value !== null })
    .transform(({ team, exportedAt, exporter, accessTokens, roles, members }) => ({
      team,
      exportedAt,
      exporter,
      lists: { accessTokens, ...(roles && { roles }), ...(members && { members }) },
    }));
}

function refuseRepeats(items: readonly string[], context: z.RefinementCtx): void {
  items.forEach((item, i) => {
    if (items.indexOf(item) !== i) context.addIssue({ code: 'custom', message: 'stands twice', path: [i] });
  });
}

function refuseSameIds(rows: readonly unknown[], context: z.RefinementCtx): void {
  const seen = new Set<unknown>();
  rows.forEach((row, i) => {
    const key = fieldOf(row, 'id');
    if (typeof key === 'string' && seen.has(key)) {
      context.addIssue({
        code: 'custom',
        message: 'is the id of another entry too; each has its own',
        path: [i, 'id'],
      });
    }
    seen.add(key);
  });
}

/** Where the roles are exported, a member holds no other. */
export function refuseUnknownRoles(document: object, context: z.RefinementCtx): void {
  const [roles, members] = [fieldOf(document, 'roles'), fieldOf(document, 'members')];
  if (!Array.isArray(roles) || !Array.isArray(members)) return;
  const known = roles.map((one: unknown) => fieldOf(one, 'id')).filter((one) => typeof one === 'string');
  members.forEach((one: unknown, i) => {
    const held = fieldOf(one, 'roles');
    if (!Array.isArray(held)) return;
    held.forEach((key: unknown, k) => {
      if (typeof key !== 'string' || known.includes(key)) return;
      const message = `is no id of a role in this export${didYouMean(key, known)}`;
      context.addIssue({ code: 'custom', message, path: ['members', i, 'roles', k] });
    });
  });
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
