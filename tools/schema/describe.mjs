import { FUNCTIONS, SCHEMA_GRANTS, SEQUENCES, TABLES, VIEWS } from './catalogue.mjs';

/**
 * The schema `public` as SQL, in an order that depends on names alone.
 * Prisma's own table of migrations is left out: it belongs to the tool, not to the product.
 * @param {import('pg').Client} client
 * @returns {Promise<string>}
 */
export async function describeSchema(client) {
  // names are then printed without their schema wherever PostgreSQL leaves the choice to the path
  await client.query('SET search_path = public, pg_catalog');
  const rows = async (sql) => (await client.query(sql)).rows;
  const blocks = [
    (await rows(SCHEMA_GRANTS)).map((row) => grant('SCHEMA public', row)).join('\n'),
    ...(await rows(TABLES)).map(describeTable),
    ...(await rows(SEQUENCES)).map(describeSequence),
    ...(await rows(VIEWS)).map(describeView),
    ...(await rows(FUNCTIONS)).map(describeFunction),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function describeTable(table) {
  const { name } = table;
  const parts = [...table.columns.map(describeColumn), ...table.constraints.map(describeConstraint)];
  return [
    `CREATE ${table.unlogged ? 'UNLOGGED ' : ''}TABLE ${name} (`,
    parts.map((part) => `  ${part}`).join(',\n'),
    ');',
    ...table.columns
      .filter(({ statistics }) => statistics !== null)
      .map(
        (column) => `ALTER TABLE ${name} ALTER COLUMN ${column.name} SET STATISTICS ${column.statistics};`,
      ),
    ...table.indexes.map((definition) => `${definition};`),
    ...table.triggers.map((definition) => `${definition};`),
    ...(table.row_security ? [`ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY;`] : []),
    ...table.grants.map((row) => grant(name, row)),
    ...table.column_grants.map((row) => grant(name, row)),
  ].join('\n');
}

function describeColumn({ name, type, collation, not_null, default_text }) {
  return [
    `${name} ${type}`,
    ...(collation === null ? [] : [`COLLATE ${collation}`]),
    ...(default_text === null ? [] : [`DEFAULT ${default_text}`]),
    ...(not_null ? ['NOT NULL'] : []),
  ].join(' ');
}

const describeConstraint = ({ name, definition }) => `CONSTRAINT ${name} ${definition}`;

function describeSequence({ name, type, grants }) {
  return [`CREATE SEQUENCE ${name} AS ${type};`, ...grants.map((row) => grant(`SEQUENCE ${name}`, row))].join(
    '\n',
  );
}

function describeView({ name, definition, grants }) {
  return [`CREATE VIEW ${name} AS\n${definition}`, ...grants.map((row) => grant(name, row))].join('\n');
}

function describeFunction({ signature, definition, grants }) {
  // null: PostgreSQL's default, by which everybody may call it
  const rights = grants === null ? [] : [`REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC;`];
  return [
    `${definition.trimEnd()};`,
    ...rights,
    ...(grants ?? []).map((row) => grant(`FUNCTION ${signature}`, row)),
  ].join('\n');
}

function grant(target, { privileges, columns, grantee }) {
  const what = columns ? privileges.map((p) => `${p} (${columns.join(', ')})`) : privileges;
  return `GRANT ${what.join(', ')} ON ${target} TO ${grantee};`;
}
