/** Plays the days of the team: what happens, the export where there is one, the reading. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Team } from './estate/team.js';
import { exportTeam } from './estate/team-export.js';
import type { TeamServer } from './estate/team-server.js';
import { TEAM_DAYS, type TeamDay } from './team-days.js';
import { heading, say, wrapped } from './text.js';

/** The team read from its server, and from what somebody exported of it. */
export const TEAM_SOURCE = 'field';
export const EXPORT_SOURCE = 'field-export';
const EXPORT_FOLDER = 'export';
const SECRET_FILE = 'mambo-token';

/** The file whose text is the token that the simulated server asks for. */
export const secretFile = (data: string): string => join(data, SECRET_FILE);

/** What rolewatch.yaml says of the team, as entries of `sources`. */
export function teamSources(server: TeamServer): string {
  const team = server.team.key;
  const sources = [
    {
      name: TEAM_SOURCE,
      kind: 'mambo-emm',
      team,
      url: server.url,
      headers: { Authorization: { file: `./${SECRET_FILE}`, prefix: 'Bearer ' } },
      lists: server.lists,
      simulated: true,
    },
    {
      name: EXPORT_SOURCE,
      kind: 'mambo-emm-files',
      team,
      file: `./${EXPORT_FOLDER}/access-tokens.csv`,
      simulated: true,
    },
  ];
  // what is not there is left out of a file
  const said: unknown = JSON.parse(JSON.stringify(sources, (_, value: unknown) => value ?? undefined));
  return stringify(said, { lineWidth: 120 }).replace(/^(?=.)/gm, '  ');
}

/** @param command runs a command of `rolewatch` to its end */
export async function playTeam(
  team: Team,
  data: string,
  command: (...argv: readonly string[]) => Promise<void>,
): Promise<void> {
  for (const [index, day] of TEAM_DAYS.entries()) {
    say(heading(`The team, day ${index + 1} · ${day.title}`));
    say(wrapped(day.expects));
    await act(day, team, data, command);
  }
}

async function act(
  day: TeamDay,
  team: Team,
  data: string,
  command: (...argv: readonly string[]) => Promise<void>,
): Promise<void> {
  day.happens?.(team);
  const source = day.exported ? EXPORT_SOURCE : TEAM_SOURCE;
  if (day.exported) {
    const folder = join(data, EXPORT_FOLDER);
    await mkdir(folder, { recursive: true });
    await exportTeam(team, folder, 'csv', { exportedAt: new Date(), exporter: 'Ann Archer' });
  }
  await command('run', source);
  if (day.asksPermission !== undefined) await command('access', source, '--permission', day.asksPermission);
}
