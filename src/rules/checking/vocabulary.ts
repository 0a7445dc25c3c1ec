/** The names that a product is known to have: what rules may speak of, and what roles in tests mean. */
import { z } from 'zod';
import { knownPermissions, permissionModelOf } from '../../access/permission-model.js';
import { GLOBAL_SCOPE } from '../../access/permissions.js';
import { checkYaml } from '../../platform/config/check.js';
import { text } from '../../platform/config/fields.js';
import { section } from '../../platform/config/section.js';

export interface KnownRole {
  readonly name: string;
  readonly permissions: readonly string[];
}

export interface Vocabulary {
  readonly permissions: readonly string[];
  /** By id; empty where every site has its own. */
  readonly roles: ReadonlyMap<string, KnownRole>;
  /** The scope that tests mean where they name none. */
  readonly scope: string;
}

const CATALOGUE = section({
  kind: text(/^[a-z0-9-]+$/, 'must be the product it is about, such as ivanti-epmm'),
  roles: z.record(
    z.string(),
    section({ name: text(/\S/, "must be the role's name"), permissions: z.array(z.string()).min(1) }),
    { error: 'must be a mapping of roles' },
  ),
});

/** @throws RolewatchError config-invalid with every fault of the file */
export function parseCatalogue(yaml: string, name: string): ReadonlyMap<string, KnownRole> {
  return new Map(Object.entries(checkYaml(yaml, name, CATALOGUE).roles));
}

/** @param roles those that the product's documentation lists */
export function vocabularyOf(product: string, roles: ReadonlyMap<string, KnownRole>): Vocabulary {
  const model = permissionModelOf(product);
  const ofRoles = [...roles.values()].flatMap(({ permissions }) => permissions);
  return {
    permissions: [...new Set([...ofRoles, ...knownPermissions(model)])],
    roles,
    scope: product === 'ivanti-epmm' ? GLOBAL_SCOPE : 'team',
  };
}
