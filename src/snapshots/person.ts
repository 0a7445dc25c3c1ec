import type { NameSpace } from '../access/model.js';

/** The name spaces of people; roles and scopes are nobody. */
export const PERSONAL_NAME_SPACES = [
  'admin',
  'dn',
  'member',
  'token',
] as const satisfies readonly NameSpace[];

/** What may be done about a person: erased for good, or kept from it. */
export const DEEDS = ['erased', 'hold-placed', 'hold-released'] as const;
export type Deed = (typeof DEEDS)[number];
