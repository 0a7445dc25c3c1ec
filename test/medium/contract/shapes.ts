/** The answers of the V2 API, as far as the vendor's printed samples show them. Further fields are welcome. */
import { z } from 'zod';

const count = z.int().nonnegative();

export const error = z.looseObject({
  messages: z.array(z.looseObject({ localizedMessage: z.string() })).min(1),
});

export const ping = z.looseObject({
  results: z.looseObject({ apiVersion: z.string(), vspVersion: z.string() }),
});

const spaceRole = z.looseObject({
  spaceId: z.int(),
  spaceName: z.string(),
  vspRoles: z.array(
    z.looseObject({
      id: z.int(),
      name: z.string().nullable(),
      description: z.string().nullable(),
      defaultSpaceOnly: z.boolean(),
    }),
  ),
});

const deviceSpace = z.looseObject({ id: z.int(), name: z.string(), deviceCount: count });

const user = z.looseObject({ userId: z.string().min(1), name: z.string().nullable() });

const userSummary = z.looseObject({
  name: z.string().nullable(),
  principal: z.string().min(1),
  email: z.string().nullable(),
  source: z.enum(['Local', 'LDAP']),
  spaceRoles: z.array(spaceRole),
});

const ldapEntity = z.looseObject({
  id: z.null(),
  name: z.string(),
  dn: z.string().includes('='),
  type: z.string().regex(/^(USER|GROUP|OU)$/i),
});

const ldapEntitySummary = ldapEntity.extend({
  memberCount: count,
  firstName: z.string().nullable(),
  lastName: z.string().nullable(),
  email: z.string().nullable(),
  spaceRoles: z.array(spaceRole),
});

const category = z.looseObject({
  category: z.string().min(1),
  roleAndPermissions: z.array(
    z.looseObject({
      roleId: z.int(),
      roleDescription: z.string(),
      defaultSpaceOnly: z.boolean(),
      permissions: z.array(z.string().min(1)),
    }),
  ),
});

export const deviceSpaces = listOf(deviceSpace).extend({ hasMore: z.boolean() });
export const users = listOf(user);
export const userSummaries = listOf(userSummary);
export const ldapEntities = listOf(ldapEntity);
export const ldapEntitySummaries = listOf(ldapEntitySummary);
export const catalogue = listOf(category);

function listOf<T extends z.ZodType>(row: T) {
  return z.looseObject({ results: z.array(row), totalCount: count, resultCount: count });
}
