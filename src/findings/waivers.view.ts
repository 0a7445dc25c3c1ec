import { dnKey } from '../access/dn.js';
import { didYouMean } from '../platform/config/nearest.js';
import type { Sql } from '../platform/tx.js';
import type { ViolationSubject } from '../rules/verdicts.js';
import type { RuleFacts } from './judge.js';
import { type Waiver, waiverId } from './waiver.js';
import { sameText, type StatedWaiver, type SubjectKind } from './waiver-file.js';

export interface FoundWaivers {
  /** Those that can apply, in the order of their file. */
  readonly waivers: readonly (Waiver & { readonly at: string })[];
  /** Why others cannot, one line each. */
  readonly notes: readonly string[];
}

/**
 * The waivers of one source with their subjects looked up. One whose approver is the subject does not apply.
 * @param stated those of this source
 */
export async function waiversOf(
  sql: Sql,
  source: string,
  stated: readonly StatedWaiver[],
  rules: readonly RuleFacts[],
): Promise<FoundWaivers> {
  const waivers: (Waiver & { at: string })[] = [];
  const notes: string[] = [];
  for (const one of stated) {
    const found = unknownRule(one, rules) ?? (await subjectOf(sql, one));
    if (typeof found === 'string') {
      notes.push(`${one.at}${found}`);
      continue;
    }
    const { at, fields, reason, approver, from, until, accepts, rule } = one;
    const waiver = { rule, subject: found, fields, reason, approver, from, until, accepts };
    waivers.push({ at, id: waiverId(waiver), ...waiver });
  }
  return { waivers, notes };
}

function unknownRule({ rule }: StatedWaiver, rules: readonly RuleFacts[]): string | undefined {
  const ids = rules.map(({ id }) => id);
  if (ids.includes(rule)) return undefined;
  return `.rule: the active ruleset has no rule "${rule}"${didYouMean(rule, ids)}`;
}

const NAME_SPACES: Readonly<Record<SubjectKind, readonly string[]>> = {
  principal: ['admin', 'dn', 'member', 'token'],
  'local-admin': ['admin'],
  'directory-user': ['admin', 'dn'],
  'built-in': ['admin'],
  'ldap-group': ['dn'],
  'ldap-ou': ['dn'],
  member: ['member'],
  'access-token': ['token'],
  role: ['role'],
  source: [],
};

interface Candidate {
  /** Of two linked identities the admin's. */
  readonly id: string;
  /** Keys, names and addresses by which anybody might call the subject. */
  readonly called: readonly string[];
}

/** The admin of a linked entry stands for both; what either is called counts. */
const CANDIDATES = `
  with named as (
    select distinct coalesce(l.identity_id, i.identity_id) as id, i.source
      from identity i
      left join link l on l.source = i.source and l.to_identity_id = i.identity_id and l.until_seq is null
     where i.source = $1 and i.name_space = any ($2)
       and i.match_key = case i.name_space when 'dn' then $4 else $3 end)
  select n.id::text as id,
         array(select distinct word
                 from identity i
                 left join link l on l.source = i.source and l.identity_id = n.id and l.until_seq is null
                 left join record r on r.source = i.source and r.identity_id = i.identity_id
                cross join unnest(array[i.shown_key, r.personal ->> 'name', r.personal ->> 'email', r.personal ->> 'mail']) word
                where i.source = n.source and i.identity_id in (n.id, l.to_identity_id) and word <> '') as called
    from named n order by n.id`;

/** Whom a waiver is about, or what is wrong with that. */
async function subjectOf(
  sql: Sql,
  { subject: { source, kind, key }, approver }: StatedWaiver,
): Promise<ViolationSubject | string> {
  if (key === null) return { kind: 'source', id: source };
  if (kind === 'role') return { kind: 'role', id: key };
  const candidates = await sql.query<Candidate>(CANDIDATES, [source, NAME_SPACES[kind], key, dnKey(key)]);
  const [found, another] = candidates;
  if (found === undefined) {
    const known = await holders(sql, source);
    return known.includes(key)
      ? `.subject.kind: ${source} never showed a ${kind} "${key}", only another kind of principal with this key`
      : `.subject.key: ${source} never showed "${key}"${didYouMean(key, known)}`;
  }
  if (another !== undefined)
    return `.subject.kind: "${key}" is the key of ${String(candidates.length)} principals: say local-admin, member or access-token`;
  if (found.called.some((word) => sameText(word, approver)))
    return '.approver: is the subject itself; somebody else must approve, and until then it does not apply';
  return { kind: 'principal', id: found.id };
}

async function holders(sql: Sql, source: string): Promise<string[]> {
  const rows = await sql.query<{ key: string }>(
    `select distinct i.shown_key as key from grant_ g
       join identity i on i.source = g.source and i.identity_id = g.principal
      where g.source = $1 and i.shown_key is not null`,
    [source],
  );
  return rows.map(({ key }) => key);
}
