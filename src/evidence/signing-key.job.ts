import type { KeyObject } from 'node:crypto';
import { appendAction } from '../accounts/action-log.store.js';
import { RolewatchError } from '../platform/errors.js';
import type { OpenDatabase } from '../platform/open-database.js';
import type { Sql } from '../platform/tx.js';
import { fingerprintOf, SIGNING_PURPOSE, signingKeyFrom } from './signing.js';

type Opened = Pick<OpenDatabase, 'db' | 'tagKeys' | 'derivedKey'>;

/**
 * The key to sign with. A key file that was lost is made anew, and reading goes on with it; but whoever was told the
 * fingerprint must hear from a person that it is another one.
 * @throws RolewatchError key-changed
 */
export async function signingKeyOf(opened: Opened): Promise<KeyObject> {
  const key = keyOf(opened);
  const known = await lastSignedBy(opened.db);
  if (isKnown(opened, key, known)) return key;
  const which =
    known === null ? 'that this store began with' : `that its evidence was signed with (${known})`;
  throw new RolewatchError(
    'key-changed',
    `the key of this installation is not the one ${which}: ` +
      'put the old one back (ROLEWATCH_KEY, or the file key in the data folder); if it is lost for good, say so with ' +
      '"rolewatch evidence key --new-key --reason REASON", and give the new fingerprint to whoever checks evidence',
  );
}

/** A person's word that from now on evidence is signed with another key: logged. @throws RolewatchError refused */
export async function acceptNewKey(opened: Opened, actor: string, reason: string): Promise<KeyObject> {
  const key = keyOf(opened);
  const before = await lastSignedBy(opened.db);
  if (isKnown(opened, key, before))
    throw new RolewatchError('refused', 'this is the key that evidence is signed with: nothing has changed');
  const detail = { signedBy: fingerprintOf(key), before, reason };
  await opened.db.transaction((tx) => appendAction(tx, { actor, action: 'evidence-key-changed', detail }));
  return key;
}

const keyOf = (opened: Opened): KeyObject => signingKeyFrom(opened.derivedKey(SIGNING_PURPOSE));

/** That which was last signed with, or accepted; before that, the one the store began with: its first tag key opens. */
function isKnown({ tagKeys }: Opened, key: KeyObject, known: string | null): boolean {
  return known === null ? tagKeys.get(1) !== undefined : known === fingerprintOf(key);
}

async function lastSignedBy(sql: Sql): Promise<string | null> {
  const [last] = await sql.query<{ fingerprint: string }>(
    `SELECT detail ->> 'signedBy' AS fingerprint FROM action_log
      WHERE action IN ('evidence-created', 'evidence-key-changed') ORDER BY id DESC LIMIT 1`,
  );
  return last?.fingerprint ?? null;
}
