import type { PrincipalKind } from '../access/model.js';
import type { IdentityFacts } from './access-facts.js';

/** A principal as it is shown. */
export interface PrincipalView {
  readonly kind: PrincipalKind;
  /** As the source sends it; absent once erased. */
  readonly key?: string;
  readonly name?: string;
  /** The directory entry of an admin who is linked to one. */
  readonly dn?: string;
  /** The source is read with it. */
  readonly ownAccount?: true;
  /** False: a directory user for whom no directory entry was found, so that group and OU paths are not known. */
  readonly linked?: false;
  readonly erased?: true;
  /** Of a group or a unit: as many as the source says. `known`: we see exactly so many people below the unit. */
  readonly members?: { readonly count?: number; readonly known: boolean; readonly below?: number };
}

export interface PrincipalContext {
  readonly entry: IdentityFacts | undefined;
  /** People found below a unit. */
  readonly below: number | undefined;
  /** User id, or id of the token, that the source is read with. */
  readonly ownAccount: string | null;
}

export function principalView(identity: IdentityFacts, context: PrincipalContext): PrincipalView {
  const { key, name, nameSpace } = identity;
  const kind = kindOf(identity, context.entry);
  const shownName = name ?? context.entry?.name ?? null;
  const isOwn =
    (nameSpace === 'admin' || nameSpace === 'token') &&
    context.ownAccount !== null &&
    identity.matchKey === context.ownAccount;
  return {
    kind,
    ...(key === null ? { erased: true } : { key }),
    ...(shownName !== null && { name: shownName }),
    ...(context.entry?.key != null && { dn: context.entry.key }),
    ...(isOwn && { ownAccount: true }),
    ...(kind === 'directory-user' && nameSpace === 'admin' && !context.entry && { linked: false }),
    ...membersOf(kind, identity, context.below),
  };
}

function kindOf(identity: IdentityFacts, entry: IdentityFacts | undefined): PrincipalKind {
  switch (identity.nameSpace) {
    case 'member':
      return 'member';
    case 'token':
      return 'access-token';
    case 'dn':
      if (identity.type === 'GROUP') return 'ldap-group';
      return identity.type === 'OU' ? 'ldap-ou' : 'directory-user';
    case 'admin':
    case 'role':
    case 'scope':
      if (identity.builtIn) return 'built-in';
      return entry !== undefined || identity.origin === 'LDAP' ? 'directory-user' : 'local-admin';
  }
}

/** Unknown is a value of its own, never 0: members of a group cannot be listed, and a unit may hold more than we see. */
function membersOf(
  kind: PrincipalKind,
  { memberCount }: IdentityFacts,
  below: number | undefined,
): Pick<PrincipalView, 'members'> {
  if (kind !== 'ldap-group' && kind !== 'ldap-ou') return {};
  const known = kind === 'ldap-ou' && memberCount !== null && below === memberCount;
  return {
    members: {
      ...(memberCount !== null && { count: memberCount }),
      known,
      ...(kind === 'ldap-ou' && !known && below !== undefined && { below }),
    },
  };
}
