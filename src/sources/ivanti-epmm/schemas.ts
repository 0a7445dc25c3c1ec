/** What the rows of EPMM answers look like. Loose: what else a server's version sends is kept. */
import { z } from 'zod';

/** A re-typed id ("1" for 1) would silently become a second object, so only numbers pass. */
const id = z.int('expected a whole number (an id in quotes would be another id)').nonnegative();

/** What identifies a person or an entry. */
const key = z
  .string()
  .refine((value) => value.trim() !== '', 'expected a text that is not blank')
  .refine((value) => value.length <= 1000, 'expected at most 1,000 characters');
const text = z.string().nullish();
const flag = z.boolean().nullish();

const statedRole = z.looseObject({ id, name: text, description: text, defaultSpaceOnly: flag });
const spaceRoles = z.array(z.looseObject({ spaceId: id, spaceName: text, vspRoles: z.array(statedRole) }));

const summary = { principal: key.optional(), userId: key.optional(), name: text, email: text, source: text };

/** As in the vendor's sample. */
export const userSummaryRow = z.looseObject({ ...summary, spaceRoles });
/** As in the vendor's field table: the roles, and the spaces in which each of them is held. */
export const userSummaryTableRow = z.looseObject({
  ...summary,
  roles: z.array(statedRole),
  adminSpaces: z.array(z.looseObject({ id, name: text })),
});

export const userRow = z.looseObject({ userId: key, name: text });

export const LDAP_TYPES = ['OU', 'GROUP', 'USER'] as const;
export type LdapType = (typeof LDAP_TYPES)[number];

export const ldapEntityRow = z.looseObject({
  dn: key,
  name: text,
  type: z
    .string()
    .transform((value) => value.trim().toUpperCase())
    .pipe(z.enum(LDAP_TYPES)),
});

export const ldapSummaryRow = z.looseObject({
  ...ldapEntityRow.shape,
  memberCount: z.int().nonnegative().nullish(),
  firstName: text,
  lastName: text,
  email: text,
  spaceRoles,
});

export const roleRow = z.looseObject({
  roleId: id,
  roleDescription: text,
  defaultSpaceOnly: flag,
  permissions: z.array(
    z.string().refine((value) => value.trim() !== '', 'expected a label that is not blank'),
  ),
});

/** The catalogue's rows are categories; the roles in them are judged one by one. */
export const roleCategory = z.looseObject({ category: text, roleAndPermissions: z.array(z.unknown()) });

const scalar = z.union([z.string(), z.number(), z.boolean()]).nullish();
export const deviceSpaceRow = z.looseObject({
  id,
  name: text,
  criteria: text,
  status: scalar,
  priority: scalar,
});

export const pingAnswer = z.looseObject({ apiVersion: scalar, vspVersion: scalar });

export type SpaceRoles = z.infer<typeof spaceRoles>;
export type UserSummary = z.infer<typeof userSummaryRow>;
export type UserSummaryTable = z.infer<typeof userSummaryTableRow>;
