import { knownPermissions, type PermissionModel } from '../access/permission-model.js';
import { didYouMean } from '../platform/config/nearest.js';
import { RolewatchError } from '../platform/errors.js';
import type { Sql } from '../platform/tx.js';
import type { AccessFilter } from './access-rows.js';
import { identitiesNamed } from './named-identities.view.js';
import { permissionWords, roleWords } from './words.view.js';

/** What a person typed. */
export interface AccessWords {
  readonly permission?: string | undefined;
  readonly role?: string | undefined;
  readonly principal?: string | undefined;
}

/**
 * What the words mean in this source. A word that was ever known but means nobody today gives an empty answer;
 * one that was never known is a mistake.
 * @throws RolewatchError unknown-subject, with the nearest word
 */
export async function accessFilter(
  sql: Sql,
  { source, model }: { readonly source: string; readonly model: PermissionModel },
  words: AccessWords,
): Promise<AccessFilter> {
  return {
    ...(words.permission !== undefined && {
      permission: await permissionMeant(sql, source, model, words.permission),
    }),
    ...(words.role !== undefined && { roles: await rolesMeant(sql, source, words.role) }),
    ...(words.principal !== undefined && { principals: await principalsMeant(sql, source, words.principal) }),
  };
}

async function permissionMeant(
  sql: Sql,
  source: string,
  model: PermissionModel,
  word: string,
): Promise<string> {
  const known = [...(await permissionWords(sql, source)), ...knownPermissions(model)];
  const meant = word.toLowerCase();
  if (known.some((permission) => permission.toLowerCase() === meant)) return meant;
  throw unknown(source, 'permission', word, [...new Set(known)]);
}

async function rolesMeant(sql: Sql, source: string, word: string): Promise<ReadonlySet<string>> {
  const known = await roleWords(sql, source);
  const meant = word.toLowerCase();
  const ids = known
    .filter((role) => [role.id, role.name, role.description].some((name) => name?.toLowerCase() === meant))
    .map((role) => role.id);
  if (ids.length > 0) return new Set(ids);
  const names = known
    .flatMap(({ id, name, description }) => [id, name, description])
    .filter((name) => name !== null);
  throw unknown(source, 'role', word, names);
}

async function principalsMeant(sql: Sql, source: string, word: string): Promise<ReadonlySet<string>> {
  const ids = await identitiesNamed(sql, source, word);
  if (ids.length > 0) return new Set(ids);
  const holders = await sql.query<{ key: string }>(
    `select distinct i.shown_key as key from grant_ g
       join identity i on i.source = g.source and i.identity_id = g.principal
      where g.source = $1 and i.shown_key is not null`,
    [source],
  );
  throw unknown(
    source,
    'principal',
    word,
    holders.map(({ key }) => key),
  );
}

function unknown(source: string, what: string, word: string, known: readonly string[]): RolewatchError {
  const hint = didYouMean(word, known);
  return new RolewatchError('unknown-subject', `${source} never showed a ${what} "${word}"${hint}`);
}
