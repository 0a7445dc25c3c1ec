import { preferIndexLookups } from '../platform/planner.js';
import type { Tx } from '../platform/tx.js';
import type { PublishFrame } from './publish-rows.store.js';

/** What the applied rows state, as a set: column of stage_record, or of its merged form. */
const STATED = (field: 'grants' | 'permissions') =>
  `CASE WHEN a.merged THEN s.merged -> '${field}' ELSE s.${field} END`;

const SAME_RECORD = (alias: string) =>
  `${alias}.source = $1 AND ${alias}.stream = a.stream AND ${alias}.scope = a.scope AND ${alias}.identity_id = a.identity_id`;

/** Brings grants and role permissions in line with the open rows: they are never anything but derived from them. */
export async function publishRights(tx: Tx, frame: PublishFrame): Promise<void> {
  const params = [frame.source, frame.seq];
  await tx.query(
    `UPDATE grant_ a SET until_seq = $2 FROM closing c
      WHERE a.source = $1 AND a.stream = c.stream AND a.scope = c.scope AND a.identity_id = c.identity_id AND a.until_seq IS NULL`,
    params,
  );
  await tx.query(
    `UPDATE grant_ g SET until_seq = $2 FROM applying a JOIN stage_record s ON s.ctid = a.staged
      WHERE ${SAME_RECORD('g')} AND g.until_seq IS NULL
        AND NOT EXISTS (SELECT FROM jsonb_to_recordset(${STATED('grants')}) x(target text, "inScope" text)
                         WHERE x.target = g.target AND x."inScope" = g.in_scope)`,
    params,
  );
  await tx.query(
    `INSERT INTO grant_ (source, stream, scope, identity_id, principal, target, in_scope, from_seq)
     SELECT DISTINCT $1, a.stream, a.scope, a.identity_id, a.identity_id, x.target, x."inScope", $2::int
       FROM applying a JOIN stage_record s ON s.ctid = a.staged
      CROSS JOIN LATERAL jsonb_to_recordset(${STATED('grants')}) x(target text, "inScope" text)
      WHERE NOT EXISTS (SELECT FROM grant_ g WHERE ${SAME_RECORD('g')} AND g.until_seq IS NULL
                           AND g.principal = a.identity_id AND g.target = x.target AND g.in_scope = x."inScope")`,
    params,
  );
  await publishRolePermissions(tx, params);
}

async function publishRolePermissions(tx: Tx, params: readonly unknown[]): Promise<void> {
  await tx.query(
    `UPDATE role_permission p SET until_seq = $2
       FROM closing c JOIN identity i ON i.source = $1 AND i.identity_id = c.identity_id AND i.name_space = 'role'
      WHERE p.source = $1 AND p.scope = c.scope AND p.role = i.match_key AND p.until_seq IS NULL`,
    params,
  );
  await tx.query(
    `UPDATE role_permission p SET until_seq = $2
       FROM applying a JOIN stage_record s ON s.ctid = a.staged
       JOIN identity i ON i.source = $1 AND i.identity_id = a.identity_id AND i.name_space = 'role'
      WHERE p.source = $1 AND p.scope = a.scope AND p.role = i.match_key AND p.until_seq IS NULL
        AND NOT (${STATED('permissions')} ? p.permission)`,
    params,
  );
  await tx.query(
    `INSERT INTO role_permission (source, scope, role, permission, from_seq)
     SELECT DISTINCT $1, a.scope, i.match_key, x.permission, $2::int
       FROM applying a JOIN stage_record s ON s.ctid = a.staged
       JOIN identity i ON i.source = $1 AND i.identity_id = a.identity_id AND i.name_space = 'role'
      CROSS JOIN LATERAL jsonb_array_elements_text(${STATED('permissions')}) x(permission)
      WHERE NOT EXISTS (SELECT FROM role_permission p WHERE p.source = $1 AND p.scope = a.scope AND p.role = i.match_key
                           AND p.permission = x.permission AND p.until_seq IS NULL)`,
    params,
  );
}

/**
 * An admin of directory origin is the LDAP USER of the same name, ignoring case, if exactly one entry has it.
 * Names are compared by their keyed hash: of most directory entries no name is kept. Where the two hashes were made
 * with different keys nothing is concluded, and a link stays as it is.
 * @returns how many links opened or closed
 */
export async function publishLinks(tx: Tx, frame: PublishFrame): Promise<number> {
  await preferIndexLookups(tx); // few admins: nothing else may read every open record for them
  await tx.query(WANTED, [frame.source]);
  const closed = await tx.execute(
    `UPDATE link l SET until_seq = $2
      WHERE l.source = $1 AND l.until_seq IS NULL
        AND NOT EXISTS (SELECT FROM wanted w WHERE w.identity_id = l.identity_id AND w.to_identity_id = l.to_identity_id)
        AND NOT EXISTS (SELECT FROM identity a, identity b WHERE a.source = $1 AND b.source = $1 AND a.identity_id = l.identity_id
                           AND b.identity_id = l.to_identity_id AND a.name_tag_key <> b.name_tag_key
                           AND EXISTS (SELECT FROM record r WHERE r.source = $1 AND r.identity_id = a.identity_id AND r.until_seq IS NULL)
                           AND EXISTS (SELECT FROM record r WHERE r.source = $1 AND r.identity_id = b.identity_id AND r.until_seq IS NULL))`,
    [frame.source, frame.seq],
  );
  const opened = await tx.execute(
    `INSERT INTO link (source, identity_id, to_identity_id, reason, from_seq)
     SELECT $1, w.identity_id, w.to_identity_id, 'name', $2 FROM wanted w
      WHERE NOT EXISTS (SELECT FROM link l WHERE l.source = $1 AND l.identity_id = w.identity_id
                           AND l.to_identity_id = w.to_identity_id AND l.until_seq IS NULL)`,
    [frame.source, frame.seq],
  );
  return closed + opened;
}

const WANTED = `
  CREATE TEMP TABLE wanted ON COMMIT DROP AS
  WITH admin AS (
    SELECT i.identity_id, i.name_tag, i.name_tag_key FROM identity i
     WHERE i.source = $1 AND i.name_space = 'admin' AND i.name_tag IS NOT NULL
       AND EXISTS (SELECT FROM record r WHERE r.source = $1 AND r.identity_id = i.identity_id AND r.until_seq IS NULL AND r.body ->> 'origin' = 'LDAP')
  ), person AS (
    SELECT i.name_tag, i.name_tag_key, min(i.identity_id) AS identity_id FROM identity i
     WHERE i.source = $1 AND i.name_space = 'dn' AND i.name_tag IN (SELECT name_tag FROM admin)
       AND EXISTS (SELECT FROM record r WHERE r.source = $1 AND r.identity_id = i.identity_id AND r.until_seq IS NULL AND r.body ->> 'type' = 'USER')
     GROUP BY i.name_tag, i.name_tag_key HAVING count(*) = 1
  )
  SELECT a.identity_id, p.identity_id AS to_identity_id FROM admin a JOIN person p USING (name_tag, name_tag_key)`;
