import { dnKey } from '../access/dn.js';
import type { NameSpace } from '../access/model.js';
import { RolewatchError } from '../platform/errors.js';
import type { Sql } from '../platform/tx.js';
import { PERSONAL_NAME_SPACES } from './person.js';

/** One identity, as a person named it. */
export interface Subject {
  readonly identityId: string;
  readonly nameSpace: NameSpace;
  readonly shownKey: string;
  /** Has an open record: the source still shows it. */
  readonly upstream: boolean;
}

/**
 * The identity of a key: user ids exactly as sent, DNs in any spelling.
 * @param nameSpace only there; needed where one text is a key in two
 * @throws RolewatchError unknown-subject, usage
 */
export async function subjectOf(sql: Sql, source: string, key: string, nameSpace?: string): Promise<Subject> {
  const found = await sql.query<Subject>(
    `select i.identity_id::text as "identityId", i.name_space as "nameSpace", i.shown_key as "shownKey",
            exists (select from record r where r.source = i.source and r.identity_id = i.identity_id and r.until_seq is null) as upstream
       from identity i
      where i.source = $1 and i.name_space = any ($2) and i.match_key = case i.name_space when 'dn' then $4 else $3 end`,
    [source, nameSpace === undefined ? PERSONAL_NAME_SPACES : [nameSpace], key, dnKey(key)],
  );
  const [subject] = found;
  if (subject === undefined) {
    throw new RolewatchError(
      'unknown-subject',
      `${source} never showed anybody with the key "${key}", or the person was erased; keys are user ids exactly as shown, or DNs`,
    );
  }
  if (found.length > 1) {
    const spaces = found.map((one) => one.nameSpace).join(' and ');
    throw new RolewatchError(
      'usage',
      `"${key}" is a key of ${spaces}: say which (--name-space, or nameSpace)`,
    );
  }
  return subject;
}
