/**
 * The questions to PostgreSQL's catalogues, one row an object, ordered by name. Names come quoted where SQL needs it.
 * Rights are those of everybody but the owner, who has them all.
 */

const IN_PUBLIC = (alias) =>
  `${alias}.relnamespace = 'public'::regnamespace AND ${alias}.relname <> '_prisma_migrations'`;

/** Rights of an access list as [{ grantee, privileges }], or null where the list is PostgreSQL's default. */
const grants = (acl, owner) => `
  (SELECT coalesce(json_agg(g ORDER BY g.grantee), '[]')
     FROM (SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS grantee,
                  array_agg(privilege_type ORDER BY privilege_type) AS privileges
             FROM aclexplode(${acl}) WHERE grantee <> ${owner} GROUP BY 1) g)`;

export const SCHEMA_GRANTS = `
  SELECT g.* FROM pg_namespace n, json_to_recordset(${grants('n.nspacl', 'n.nspowner')})
         AS g(grantee text, privileges text[])
   WHERE n.nspname = 'public' ORDER BY g.grantee`;

const COLUMNS = `
  (SELECT json_agg(json_build_object(
            'name', quote_ident(a.attname),
            'type', format_type(a.atttypid, a.atttypmod),
            'collation', (SELECT quote_ident(l.collname) FROM pg_collation l JOIN pg_type t ON t.oid = a.atttypid
                           WHERE l.oid = a.attcollation AND l.oid <> t.typcollation),
            'not_null', a.attnotnull,
            'default_text', (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d
                              WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum),
            'statistics', nullif(a.attstattarget, -1)
          ) ORDER BY a.attnum)
     FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)`;

/** NOT NULL is said with the column; since PostgreSQL 18 it is a constraint (contype n) as well. */
const CONSTRAINTS = `
  (SELECT coalesce(json_agg(json_build_object('name', quote_ident(k.conname), 'definition', pg_get_constraintdef(k.oid, true))
                            ORDER BY array_position('{p,u,x,f,c}', k.contype::text), k.conname), '[]')
     FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x', 'f', 'c'))`;

const INDEXES = `
  (SELECT coalesce(json_agg(pg_get_indexdef(i.indexrelid) ORDER BY i.indexrelid::regclass::text), '[]')
     FROM pg_index i
    WHERE i.indrelid = c.oid AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid))`;

const TRIGGERS = `
  (SELECT coalesce(json_agg(pg_get_triggerdef(t.oid, true) ORDER BY t.tgname), '[]')
     FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)`;

/** Columns with equal rights are one line. */
const COLUMN_GRANTS = `
  (SELECT coalesce(json_agg(g ORDER BY g.grantee, g.privileges), '[]')
     FROM (SELECT grantee, privileges, array_agg(quote_ident(attname) ORDER BY attnum) AS columns
             FROM (SELECT a.attname, a.attnum, quote_ident(pg_get_userbyid(e.grantee)) AS grantee,
                          array_agg(e.privilege_type ORDER BY e.privilege_type) AS privileges
                     FROM pg_attribute a, aclexplode(a.attacl) e
                    WHERE a.attrelid = c.oid GROUP BY 1, 2, 3) per_column
            GROUP BY 1, 2) g)`;

export const TABLES = `
  SELECT quote_ident(c.relname) AS name, c.relpersistence = 'u' AS unlogged, c.relrowsecurity AS row_security,
         ${COLUMNS} AS columns, ${CONSTRAINTS} AS constraints, ${INDEXES} AS indexes, ${TRIGGERS} AS triggers,
         ${grants('c.relacl', 'c.relowner')} AS grants, ${COLUMN_GRANTS} AS column_grants
    FROM pg_class c WHERE ${IN_PUBLIC('c')} AND c.relkind IN ('r', 'p') ORDER BY c.relname`;

export const SEQUENCES = `
  SELECT quote_ident(c.relname) AS name, format_type(s.seqtypid, NULL) AS type, ${grants('c.relacl', 'c.relowner')} AS grants
    FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid WHERE ${IN_PUBLIC('c')} ORDER BY c.relname`;

export const VIEWS = `
  SELECT quote_ident(c.relname) AS name, pg_get_viewdef(c.oid, true) AS definition, ${grants('c.relacl', 'c.relowner')} AS grants
    FROM pg_class c WHERE ${IN_PUBLIC('c')} AND c.relkind = 'v' ORDER BY c.relname`;

export const FUNCTIONS = `
  SELECT p.oid::regprocedure::text AS signature, pg_get_functiondef(p.oid) AS definition,
         CASE WHEN p.proacl IS NOT NULL THEN ${grants('p.proacl', 'p.proowner')} END AS grants
    FROM pg_proc p
   WHERE p.pronamespace = 'public'::regnamespace AND p.prokind IN ('f', 'p') ORDER BY p.oid::regprocedure::text`;
