/** What an alert says, in words that terminal, mail and hook share. Every name in them is safe to show. */
import type { PrincipalKind } from '../../access/model.js';
import { compareTiers } from '../../access/risk.js';
import { windowInWords } from '../../drift/drift-words.js';
import type { AlertKind, StoredWindow } from '../alert.js';
import type {
  AlertBecause,
  AlertGain,
  AlertHolder,
  AlertView,
  Named,
  NamedRole,
  NamedScope,
} from '../alert-view.js';
import { safeText } from './safe-text.js';

const KINDS: Readonly<Record<PrincipalKind, string>> = {
  'local-admin': 'local admin',
  'directory-user': 'directory user',
  'ldap-group': 'LDAP group',
  'ldap-ou': 'organisational unit',
  'built-in': 'built-in account',
  'access-token': 'access token',
  member: 'member',
};

/** The key, by which one finds somebody again; with the name where that is another. */
export function who({ key, name }: Named): string {
  if (key === undefined) return name === undefined ? 'an erased person' : safeText(name);
  return name === undefined || name === key ? safeText(key) : `${safeText(name)} (${safeText(key)})`;
}

/** As short as it can be: for subjects and headlines. */
export function shortly({ key, name }: Named): string {
  const short = key !== undefined && !key.includes('=') ? key : (name ?? key);
  return short === undefined ? 'an erased person' : safeText(short, 48);
}

export const roleName = ({ id, name }: NamedRole): string =>
  name === undefined ? `role ${safeText(id, 40)}` : safeText(name, 60);
export const scopeName = ({ key, name, word = 'scope' }: NamedScope): string =>
  name === undefined ? `${word} ${safeText(key, 40)}` : safeText(name, 60);
const rightName = ({ role, permission }: Pick<AlertGain, 'role' | 'permission'>): string =>
  role ? roleName(role) : safeText(permission ?? 'a right', 60);

function list(words: readonly string[], most = 6): string {
  if (words.length <= most) return words.join(', ');
  return `${words.slice(0, most).join(', ')} and ${words.length - most} more`;
}

const inScopes = (scopes: AlertView['scopes']): string =>
  scopes === undefined || scopes.length === 0 ? '' : ` in ${list(scopes.map(scopeName), 2)}`;

/** Who gained what where: one line, for subjects and as a title. */
export function headline(alert: AlertView): string {
  return HEADLINES[alert.kind](alert);
}

const HEADLINES: Readonly<Record<AlertKind, (alert: AlertView) => string>> = {
  'first-read': ({ holders = [], peopleCount }) =>
    `read for the first time: ${count(peopleCount ?? new Set(holders.map(({ principal }) => who(principal))).size, 'holder')} of high-risk rights`,
  'principal-appeared': (alert) => `${subjectOf(alert)} appeared with ${gainsInShort(alert)}`,
  'right-gained': (alert) => `${subjectOf(alert)} gained ${gainsInShort(alert)}`,
  'members-gained': (alert) =>
    `${subjectOf(alert)} ${joinedInShort(alert)}; each may ${list(rights(alert.gained), 1)}`,
  'role-defined': (alert) => `role ${titleOf(alert)} is new${inScopes(alert.scopes)}`,
  'role-redefined': (alert) =>
    `role ${titleOf(alert)} gained ${list(rights(alert.gained), 2)}${inScopes(alert.scopes)}`,
  'protective-lost': (alert) =>
    alert.subject
      ? `${subjectOf(alert)} lost ${list(rights(alert.lost), 2)}${inScopes(alert.scopes)}`
      : `role ${titleOf(alert)} lost ${list(rights(alert.lost), 2)}${inScopes(alert.scopes)}`,
  'last-holder-lost': ({ permission }) => `nobody holds ${safeText(permission ?? 'a right', 60)} any more`,
  'built-in-holds-role': ({ holders = [] }) =>
    `built-in account ${shortly(holders[0]?.principal ?? {})} holds ${list(
      holders.map((holder) => `${rightName(holder)} in ${scopeName(holder.scope)}`),
      1,
    )}`,
  'list-held': ({ stream, count: n = 0, scopes }) =>
    `${count(n, 'loss', 'losses')} held in ${safeText(stream ?? '')}${inScopes(scopes)}`,
  'finding-opened': (alert) => findingInShort(alert),
  'finding-reopened': (alert) => `again: ${findingInShort(alert)}`,
  'run-failed': () => 'reading failed',
  'source-paused': () => 'paused: nothing is read until somebody resumes it',
  'source-silent': () => 'silent: no snapshot for two intervals',
  'retention-failing': ({ store }) =>
    store ? 'retention of the whole store fails' : 'what is old is not deleted: retention fails',
};

function count(n: number, one: string, several = `${one}s`): string {
  return `${n} ${n === 1 ? one : several}`;
}

const subjectOf = ({ subject }: AlertView): string => shortly(subject ?? {});
const titleOf = ({ role }: AlertView): string => (role ? roleName(role) : 'unknown');
const rights = (permissions: readonly string[] = []): string[] => permissions.map((one) => safeText(one, 60));

function gainsInShort({ gains = [] }: AlertView): string {
  const [first, ...more] = gains;
  if (first === undefined) return 'a right';
  const others = more.length > 0 ? ` and ${count(more.length, 'more right', 'more rights')}` : '';
  return `${rightName(first)}${others}${first.scope ? ` in ${scopeName(first.scope)}` : ''}`;
}

function joinedInShort({ members, people = [], peopleCount = people.length }: AlertView): string {
  if (peopleCount > 0) return `has ${count(peopleCount, 'new member')}`;
  const { before, after } = members ?? {};
  return typeof before === 'number' && typeof after === 'number'
    ? `grew from ${before} to ${after} members`
    : 'may have new members';
}

function findingInShort({ finding }: AlertView): string {
  if (!finding) return 'a finding';
  const subject = finding.subject.kind === 'source' ? '' : `${shortly(finding.subject)}: `;
  return `${subject}${safeText(finding.title, 80)}`;
}

/** What is known of it beside the headline, a line each. */
export function details(alert: AlertView): string[] {
  const { subject, gains = [], lesserGains, holders = [], gained = [], lost = [], finding } = alert;
  return [
    ...(subject ? [`${who(subject)}, ${KINDS[subject.kind]}${membersInWords(alert)}`] : []),
    ...cutLines(gains.map(gainInWords)),
    ...(lesserGains === undefined ? [] : [`And ${count(lesserGains, 'lesser right')}`]),
    ...cutLines(holderLines(holders)),
    ...othersHolding(alert),
    ...(gained.length > 0
      ? [`${alert.kind === 'members-gained' ? 'Each member may' : 'Now allows'}: ${list(rights(gained), 12)}`]
      : []),
    ...(lost.length > 0 ? [`No longer: ${list(rights(lost), 12)}`] : []),
    ...(finding ? findingLines(finding.message, finding.because) : []),
    ...peopleLines(alert),
    ...(alert.store ? ['About the whole store, and no single source.'] : []),
    ...(alert.why === undefined ? [] : [safeText(alert.why, 400)]),
    ...(alert.window ? [`When: ${windowOf(alert.window)}`] : []),
  ];
}

const LINES = 12;
function cutLines(lines: readonly string[]): string[] {
  if (lines.length <= LINES) return [...lines];
  return [...lines.slice(0, LINES), `and ${lines.length - LINES} more`];
}

function membersInWords({ members }: AlertView): string {
  const after = members?.after ?? members?.before;
  if (members === undefined || after === undefined) return '';
  const known = members.known ? '' : ', who they are is not shown by the source';
  return after === null ? ', an unknown number of members' : `, ${count(after, 'member')}${known}`;
}

const CAUSES: Readonly<Record<AlertGain['cause'], string>> = {
  assignment: 'assigned',
  catalogue: 'the role changed',
  group: 'through a group',
  ou: 'through a unit',
  scope: 'a space changed',
  directory: 'the directory changed',
  identity: 'who is who was learnt',
  configuration: 'configuration',
};

function gainInWords(gain: AlertGain): string {
  const { tier, cause, scope, gained, latent = [] } = gain;
  const where = scope ? ` in ${scopeName(scope)}` : '';
  const allows = rights(gained).filter((right) => right !== rightName(gain));
  const net = [
    ...(gained.length + latent.length === 0 ? ['everything in it was held already'] : []),
    ...(allows.length > 0 ? [`newly allows ${list(allows)}`] : []),
    ...(latent.length > 0 ? [`without effect today: ${list(rights(latent))}`] : []),
  ];
  return [`[${tier}] ${rightName(gain)}${where}, ${CAUSES[cause]}`, ...net].join('; ');
}

/** One line for each principal and scope, the worst first. */
export function holderLines(holders: readonly AlertHolder[]): string[] {
  const groups = new Map<string, AlertHolder[]>();
  for (const holder of [...holders].sort((a, b) => compareTiers(a.tier, b.tier))) {
    const key = JSON.stringify([holder.principal, holder.scope.key]);
    groups.set(key, [...(groups.get(key) ?? []), holder]);
  }
  return [...groups.values()].flatMap((held) => {
    const [first] = held;
    if (first === undefined) return [];
    const rights = held.map((holder) => `${roleKey(holder)}${rightName(holder)}`);
    return [`[${first.tier}] ${who(first.principal)} in ${scopeName(first.scope)}: ${rights.join('; ')}`];
  });
}

/** What is said where not all who hold something are listed. */
export function othersHolding({ kind, peopleCount }: AlertView): string[] {
  return kind === 'first-read' && peopleCount !== undefined ? [`${count(peopleCount, 'holder')} in all`] : [];
}

/** By which an administrator finds a role in the console. */
const roleKey = ({ role }: AlertHolder): string =>
  role?.name === undefined ? '' : `${safeText(role.id, 40)} `;

function findingLines(message: string, because: readonly AlertBecause[]): string[] {
  return [safeText(message, 300), ...cutLines(because.map(pathInWords))];
}

/** "ann: Wipe device from role Device admin in Global, through Field Ops". */
export function pathInWords({ principal, ...path }: AlertBecause): string {
  return principal === undefined ? rightInWords(path) : `${who(principal)}: ${rightInWords(path)}`;
}

function rightInWords({ permission, role, scope, through, latent, note }: AlertBecause): string {
  const from = [
    ...(role ? [`from ${roleName(role)}`] : []),
    ...(scope ? [`in ${scopeName(scope)}`] : []),
  ].join(' ');
  const path = [permission === undefined ? '' : safeText(permission), from]
    .filter((part) => part !== '')
    .join(' ');
  return [
    path,
    ...(through ? [`through ${who(through)}`] : []),
    ...(latent ? ['without effect today'] : []),
    ...(note === undefined ? [] : [safeText(note, 200)]),
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function peopleLines({ kind, people = [], peopleCount = people.length }: AlertView): string[] {
  if (kind === 'first-read') return [];
  if (peopleCount === 0) {
    return kind === 'role-defined' || kind === 'role-redefined' ? ['Nobody holds it yet.'] : [];
  }
  const named = people.map(who).join('; ');
  const more = peopleCount > people.length ? ` and ${peopleCount - people.length} more` : '';
  return [`${kind === 'members-gained' ? 'New' : 'Held by'}: ${named}${more}`];
}

function windowOf({ notSeenAt, seenAt, statedBy }: StoredWindow): string {
  return safeText(
    windowInWords({
      ...(notSeenAt !== undefined && { notSeenAt: new Date(notSeenAt) }),
      seenAt: new Date(seenAt),
      statedBy,
    }),
    200,
  );
}
