/**
 * The words of the model (docs/glossary.md), as types. Pure: no framework, clock or database.
 */

/** The space of names an identity lives in. Local or directory is an attribute, not a name space. */
export const NAME_SPACES = ['admin', 'dn', 'member', 'token', 'role', 'scope'] as const;
export type NameSpace = (typeof NAME_SPACES)[number];

/** Who or what holds rights. */
export const PRINCIPAL_KINDS = [
  'local-admin',
  'directory-user',
  'ldap-group',
  'ldap-ou',
  'member',
  'access-token',
  'built-in',
] as const;
export type PrincipalKind = (typeof PRINCIPAL_KINDS)[number];

/** How one (stream, scope) was obtained in a run. `masked`: the source hid the very fields we compare. */
export const VERDICTS = ['complete', 'partial', 'denied', 'masked'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What a change says happened. Closed list: design decision, see docs/glossary.md. */
export const CHANGE_KINDS = [
  'principal-appeared',
  'principal-disappeared',
  'role-granted',
  'role-revoked',
  'permission-gained',
  'permission-lost',
  'level-raised',
  'level-lowered',
  'role-defined',
  'role-redefined',
  'role-retired',
  'members-changed',
  'scope-appeared',
  'scope-disappeared',
  'scope-changed',
  'attribute-changed',
  'identity-linked',
  'identity-unlinked',
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** Why it happened. Closed list. */
export const CAUSES = [
  'assignment',
  'catalogue',
  'group',
  'ou',
  'scope',
  'directory',
  'identity',
  'configuration',
] as const;
export type Cause = (typeof CAUSES)[number];

/** Ordered from worst; `unclassified` is treated as high, `protective` is the tier of a right whose absence is the risk. */
export const RISK_TIERS = ['critical', 'high', 'medium', 'low', 'unclassified', 'protective'] as const;
export type RiskTier = (typeof RISK_TIERS)[number];
