/** Faults of single rows, of the values in them, and of whole listings that are plausible and wrong. */
import type { Fault } from '../simulated-server.js';
import { mapRows } from '../listing.js';
import type { Row } from '../listing.js';
import { firstRows, keyField, nameField } from './keys.js';

/** Changes one row (the first unless said otherwise) in the whole listing. */
export function row(name: string, change: (row: Row) => Row, which = 0): Fault {
  return {
    name,
    list: (listing) => mapRows(listing, (each, index) => (index === which ? change(each) : each)),
  };
}

/** Puts a value in the place of the key. */
export function key(value: unknown): Fault {
  return row(`key ${String(value).slice(0, 20) || 'empty'}`, (each) => ({
    ...each,
    [keyField(each)]: value,
  }));
}

/** The key as another JSON type: "7" for 7, 7 for "7", a list of one. */
export function retypedKey(): Fault {
  return row('re-typed key', (each) => {
    const value = each[keyField(each)];
    return { ...each, [keyField(each)]: typeof value === 'number' ? String(value) : [value] };
  });
}

/** Puts a text in the place of the display name. */
export function named(label: string, name: string): Fault {
  return row(label, (each) => ({ ...each, [nameField(each) ?? 'name']: name }));
}

/** Adds a text to the key, so that it is another key that looks or sorts strangely. */
export function keyWith(label: string, suffix: string): Fault {
  return row(label, (each) => ({
    ...each,
    [keyField(each)]: `${String(each[keyField(each)])}${suffix}`,
  }));
}

/** Fields with names that an unwary object takes for its own. */
export function hostileFields(): Fault {
  return row('__proto__', (each) => ({
    ...each,
    ['__proto__']: { isAdmin: true, spaceRoles: [] },
    constructor: { prototype: { polluted: true } },
  }));
}

/** Every row of the stream lacks the field. */
export function fieldMissing(field: string): Fault {
  return {
    name: `field ${field} missing`,
    list: (listing) => mapRows(listing, ({ [field]: _, ...rest }) => rest),
  };
}

/** Every row of the stream has this in the field. */
export function field(name: string, value: unknown): Fault {
  return {
    name: `field ${name} ${JSON.stringify(value)}`,
    list: (listing) => mapRows(listing, (each) => ({ ...each, [name]: value })),
  };
}

/** The first row comes again at the end, and is counted. */
export function repeatedRow(): Fault {
  return {
    name: 'row repeated and counted',
    list: (listing) =>
      listing.size === 0
        ? listing
        : {
            size: listing.size + 1,
            at: (index) => listing.at(index === listing.size ? 0 : index),
          },
  };
}

/** The second row's place is taken by a copy of the first: the count is right and somebody is missing. */
export function rowHiddenByRepeat(): Fault {
  return {
    name: 'row hidden by a repeat',
    list: (listing) => ({
      size: listing.size,
      at: (index) => listing.at(index === 1 ? 0 : index),
    }),
  };
}

/** The first row again under the same key in another case: another admin, or the same DN. */
export function recasedRepeat(): Fault {
  return {
    name: 'key repeated in another case',
    list: (listing) => {
      if (listing.size === 0) return listing;
      const first = listing.at(0);
      const field = keyField(first);
      const again = { ...first, [field]: String(first[field]).toUpperCase() };
      return { size: listing.size + 1, at: (index) => (index === listing.size ? again : listing.at(index)) };
    },
  };
}

/** `share` (0 to 1) of the rows are gone, and the counts agree. */
export function gone(share: number): Fault {
  return {
    name: `${Math.round(share * 100)} % gone`,
    list: (listing) => firstRows(listing, Math.round(listing.size * (1 - share))),
  };
}

/** What an account with a GDPR profile gets: stars, and empty fields. */
export function masked(): Fault {
  const stars = '*****';
  return {
    name: 'masked',
    list: (listing) =>
      mapRows(listing, (each) => ({
        ...each,
        [keyField(each)]: stars,
        ...(nameField(each) !== undefined && { [nameField(each) ?? '']: stars }),
        ...('email' in each && { email: '' }),
        ...('firstName' in each && { firstName: stars, lastName: '' }),
      })),
  };
}

/** Every role is there, without permissions. */
export function rolesWithoutPermissions(): Fault {
  return {
    name: 'roles without permissions',
    list: (listing) =>
      mapRows(listing, (each) => {
        const roles = Array.isArray(each['roleAndPermissions']) ? (each['roleAndPermissions'] as Row[]) : [];
        return { ...each, roleAndPermissions: roles.map((role) => ({ ...role, permissions: [] })) };
      }),
  };
}
