/** What somebody who exports a team writes down, in each of the forms that Rolewatch reads. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { COMMANDS_AREA, type HeldAreas, LADDER_AREAS, MAMBO_AREAS } from '../../src/access/mambo-emm.js';
import type { Team } from './team.js';

export interface TeamExport {
  readonly exportedAt: Date;
  readonly exporter: string;
}

type Row = Readonly<Record<string, unknown>>;

/** @returns the file that rolewatch.yaml names */
export async function exportTeam(
  team: Team,
  folder: string,
  kind: 'yaml' | 'json' | 'csv',
  { exportedAt, exporter }: TeamExport,
): Promise<string> {
  const head = {
    format: 'rolewatch-mambo-emm/1',
    team: team.key,
    exportedAt: exportedAt.toISOString(),
    exporter,
  };
  const file = join(folder, kind === 'csv' ? 'access-tokens.csv' : `team.${kind}`);
  const lists = listsOf(team);
  if (kind !== 'csv') {
    const whole = { ...head, ...lists };
    await writeFile(file, kind === 'yaml' ? stringify(whole) : JSON.stringify(whole, null, 2));
    return file;
  }
  await writeFile(
    join(folder, 'manifest.yaml'),
    stringify({ ...head, roles: 'roles.csv', members: 'members.csv' }),
  );
  await writeFile(file, table(TOKEN_COLUMNS, lists.accessTokens));
  await writeFile(join(folder, 'roles.csv'), table(['id', 'name', ...MAMBO_AREAS], lists.roles));
  await writeFile(join(folder, 'members.csv'), table(['id', 'name', 'email', 'roles'], lists.members));
  return file;
}

const TOKEN_FIELDS = ['id', 'name', 'owner', 'createdBy', 'createdAt', 'expiresAt', 'lastRotatedAt'] as const;
const TOKEN_COLUMNS = [...TOKEN_FIELDS, ...MAMBO_AREAS];

function listsOf(team: Team): Record<'accessTokens' | 'roles' | 'members', Row[]> {
  return {
    accessTokens: team.tokens.map((token) => ({
      ...said(Object.fromEntries(TOKEN_FIELDS.map((field) => [field, token[field]]))),
      permissions: permissionsOf(token.held),
    })),
    roles: team.roles.map(({ id, name, held }) => ({ id, name, permissions: permissionsOf(held) })),
    members: team.members.map((member) => ({ ...member, roles: [...member.roles] })),
  };
}

const said = (row: Row): Row => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));

function permissionsOf({ levels, commands }: HeldAreas): Row {
  const stated = LADDER_AREAS.flatMap((area) => (levels[area] === undefined ? [] : [[area, levels[area]]]));
  const switched = commands.length > 0 ? { [COMMANDS_AREA]: [...commands] } : {};
  return { ...(Object.fromEntries(stated) as Row), ...switched };
}

function table(columns: readonly string[], rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const cells: Row = { ...row, ...(row['permissions'] as Row | undefined) };
    return columns.map((column) => cell(cells[column])).join(',');
  });
  return [columns.join(','), ...lines, ''].join('\r\n');
}

function cell(value: unknown): string {
  const text = Array.isArray(value) ? value.join(' ') : typeof value === 'string' ? value : '';
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
