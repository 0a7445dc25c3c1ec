/** Plain, neutral words for changes: what the terminal and the page both say. */
import { permissionModelOf } from '../access/permission-model.js';
import { compareTiers } from '../access/risk.js';
import type { RiskTier } from '../access/model.js';
import { oneLine } from '../platform/visible.js';
import { groupBy } from './collect.js';
import type { DriftReport, Named, NamedScope, ReportedChange } from './report.js';
import type { Window } from './told.js';

export type TierOf = (change: ReportedChange) => RiskTier | undefined;

/** The changes of one subject. */
export interface SubjectChanges {
  readonly subject: Named;
  readonly title: string;
  readonly tier: RiskTier | undefined;
  readonly changes: readonly {
    readonly tier: RiskTier | undefined;
    readonly text: string;
    readonly notes: readonly string[];
  }[];
}

/** By subject, the worst risk first; of two as bad, in the order in which they happened. */
export function bySubject(report: DriftReport, tierOf: TierOf): SubjectChanges[] {
  const groups = groupBy(report.changes, ({ subject }) => JSON.stringify(subject));
  return [...groups.values()]
    .map((changes) => {
      const [{ subject }] = changes;
      const lines = changes.map((change) => ({
        tier: tierOf(change),
        text: oneLine(sentence(change)),
        notes: notes(change).map(oneLine),
      }));
      const { scopeWord } = permissionModelOf(report.product);
      const tier = lines.map((line) => line.tier).sort(worstFirst)[0];
      return { subject, title: oneLine(describe(subject, scopeWord)), tier, changes: lines };
    })
    .sort((a, b) => worstFirst(a.tier, b.tier));
}

function worstFirst(a: RiskTier | undefined, b: RiskTier | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return compareTiers(a, b);
}

const KINDS: Readonly<Record<Exclude<Named['kind'], 'scope'>, string>> = {
  'local-admin': 'local admin',
  'directory-user': 'directory user',
  'ldap-group': 'LDAP group',
  'ldap-ou': 'organisational unit',
  'built-in': 'built-in account',
  'access-token': 'access token',
  member: 'member',
  role: 'role',
};

/** @param scopeWord what this source calls its scopes */
export function describe({ kind, key, name, erased }: Named, scopeWord = 'space'): string {
  const word = kind === 'scope' ? scopeWord : KINDS[kind];
  if (erased) return `${word}, erased`;
  const names = name !== undefined && name !== key ? `${name} (${key ?? 'no key'})` : (key ?? 'unknown');
  return `${names}, ${word}`;
}

const scopeName = ({ key, name }: NamedScope): string => name ?? key;
const roleName = ({ role }: ReportedChange): string => (role ? (role.name ?? `role ${role.id}`) : '');
const inScope = ({ scope, scopes }: ReportedChange): string =>
  scopes ? ` in ${scopes.map(scopeName).join(', ')}` : scope ? ` in ${scopeName(scope)}` : '';
const steps = ({ level }: ReportedChange): string =>
  level ? `: ${level.before ?? 'none'}, later ${level.after ?? 'none'}` : '';
const quoted = (value: unknown): string => (value === undefined ? '(erased)' : JSON.stringify(value));

const SENTENCES: Readonly<Record<ReportedChange['what'], (change: ReportedChange) => string>> = {
  'principal-appeared': () => 'present with rights only in the later snapshot',
  'principal-disappeared': () => 'present with rights only in the earlier snapshot',
  'role-granted': (change) => `holds "${roleName(change)}"${inScope(change)} only in the later snapshot`,
  'role-revoked': (change) => `holds "${roleName(change)}"${inScope(change)} only in the earlier snapshot`,
  'permission-gained': (change) => `may "${change.permission}"${inScope(change)} only in the later snapshot`,
  'permission-lost': (change) => `may "${change.permission}"${inScope(change)} only in the earlier snapshot`,
  'level-raised': (change) =>
    `has a higher level of "${change.permission}"${inScope(change)}${steps(change)}`,
  'level-lowered': (change) =>
    `has a lower level of "${change.permission}"${inScope(change)}${steps(change)}`,
  'role-defined': (change) => `is in the catalogue only in the later snapshot${inScope(change)}`,
  'role-redefined': (change) => `has other permissions in the later snapshot${inScope(change)}`,
  'role-retired': (change) => `is in the catalogue only in the earlier snapshot${inScope(change)}`,
  'members-changed': () => 'has other members',
  'scope-appeared': () => 'present only in the later snapshot',
  'scope-disappeared': ({ cause }) =>
    cause === 'configuration' ? 'no longer watched' : 'present only in the earlier snapshot',
  'scope-changed': (change) => attributeSentence(change),
  'attribute-changed': (change) => attributeSentence(change),
  'identity-linked': () => 'is one person with a directory entry only in the later snapshot',
  'identity-unlinked': () => 'is one person with a directory entry only in the earlier snapshot',
};

function sentence(change: ReportedChange): string {
  return SENTENCES[change.what](change);
}

function attributeSentence({ attribute }: ReportedChange): string {
  return `${attribute?.name ?? 'attribute'}: ${quoted(attribute?.before)}, later ${quoted(attribute?.after)}`;
}

/** What follows from a change, why, and when it happened. */
function notes(change: ReportedChange): string[] {
  const { effective, members, affected, affectedCount, hint, cause, window } = change;
  return [
    ...(effective?.gained.length ? [`gained: ${effective.gained.join('; ')}`] : []),
    ...(effective?.lost.length ? [`lost: ${effective.lost.join('; ')}`] : []),
    ...latentNotes(change),
    ...(members ? [membersNote(members)] : []),
    ...(affected?.length ? [affectedNote(affected, affectedCount)] : []),
    ...(hint ? [`the same ${hint.because} as ${describe(hint.sameAs)}: perhaps the same`] : []),
    `cause: ${cause === 'configuration' ? 'no longer watched (configuration)' : cause}; ${windowInWords(window)}`,
  ];
}

/** What is held in vain: told, and never counted as gained. */
function latentNotes({ effective, latent }: ReportedChange): string[] {
  const lost = latent?.lost.filter((permission) => !effective?.gained.includes(permission)) ?? [];
  return [
    ...(latent?.gained.length ? [`held without effect (latent): ${latent.gained.join('; ')}`] : []),
    ...(lost.length > 0 ? [`no longer held, was without effect (latent): ${lost.join('; ')}`] : []),
  ];
}

function membersNote({ before, after, known, allows }: NonNullable<ReportedChange['members']>): string {
  const count = (n: number | null): string => (n === null ? 'an unknown number' : String(n));
  const counts = [before, after].filter((n) => n !== undefined).map(count);
  const what = `members: ${counts.join(', later ')}${known ? '' : ', unknown'}`;
  return allows?.length ? `${what}; each may: ${allows.join('; ')}` : what;
}

function affectedNote(affected: NonNullable<ReportedChange['affected']>, count = affected.length): string {
  const names = affected.map((one) => {
    const presence =
      one.presentOnly && ` (only in the ${one.presentOnly === 'after' ? 'later' : 'earlier'} snapshot)`;
    const count = one.members?.after ?? one.members?.before ?? 'unknown';
    const members =
      one.members &&
      ` (${count} ${count === 1 ? 'member' : 'members'}${one.members.known ? '' : ', unknown'})`;
    return `${describe(one)}${presence ?? ''}${members ?? ''}`;
  });
  const more = count > names.length ? ` and ${count - names.length} more` : '';
  return `affected: ${names.join('; ')}${more}`;
}

/** In UTC; the date is given once if both ends are of one day. */
export function windowInWords({ notSeenAt, seenAt, statedBy }: Window): string {
  const inWords = momentsOf([notSeenAt ?? seenAt, seenAt]);
  const [day, time] = inWords(seenAt);
  const by =
    statedBy.length > 0 && statedBy.join() !== 'rolewatch' ? `, as stated by ${statedBy.join(' and ')}` : '';
  if (!notSeenAt) return `not later than ${day} ${time} UTC${by}`;
  const [firstDay, firstTime] = inWords(notSeenAt);
  const from = firstDay === day ? `on ${day} between ${firstTime}` : `between ${firstDay} ${firstTime}`;
  return `${from} and ${firstDay === day ? time : `${day} ${time}`} UTC${by}`;
}

/** To the minute, or to the second where one of them needs it: 21:58 beside 21:57:55 would be read as less exact. */
function momentsOf(all: readonly Date[]): (at: Date) => readonly [day: string, time: string] {
  const end = all.every((at) => at.getUTCSeconds() === 0) ? 16 : 19;
  return (at) => {
    const [day = '', time = ''] = at.toISOString().slice(0, end).split('T');
    return [day, time];
  };
}
