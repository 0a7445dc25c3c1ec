/** The demo's own data folder: begun anew each time, and the only one it ever removes. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openCluster } from '../src/platform/embedded-postgres/cluster.js';
import { openEmbedded } from '../src/platform/embedded-postgres/open-embedded.js';
import { findServer } from '../src/platform/embedded-postgres/server.js';
import { PAGE_SIZE } from './days.js';
import { secretFile, teamSources } from './team-stage.js';
import type { EpmmServer } from './estate/epmm-server.js';
import type { Mailbox } from './mailbox.js';
import type { TeamServer } from './estate/team-server.js';

/** What a demo leaves in its folder before anything else. */
const MARK = '.rolewatch-demo';

/** The simulated company's server, as rolewatch.yaml calls it. */
export const SOURCE = 'hq';

/** How a folder is used by every command of the demo. */
export interface DemoFolder {
  readonly data: string;
  readonly config: string;
}

/**
 * An empty folder with the mark; what an earlier demo left there is stopped and removed.
 * @throws Error where the folder is somebody else's, or an earlier demo still runs in it
 */
export async function freshFolder(folder: string): Promise<void> {
  if (existsSync(folder)) await removeEarlier(folder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, MARK), 'Made by the demo, which removes this folder when it begins anew.\n');
}

async function removeEarlier(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.length > 0 && !names.includes(MARK))
    throw new Error(`${folder} is not a folder of the demo: name another with --data DIR`);
  if (existsSync(join(folder, 'postgres'))) {
    const cluster = await openCluster(folder, true);
    // the last one to leave stops the server: it still runs only if its demo was killed, or goes on
    if (findServer(cluster) !== undefined) await (await openEmbedded({ dataDir: folder })).close();
    if (findServer(cluster) !== undefined)
      throw new Error(
        `another demo is running in ${folder}: stop it, or name another folder with --data DIR`,
      );
    // below a home directory that the server's account cannot enter, the files are elsewhere
    await rm(cluster.folder, { recursive: true, force: true });
  }
  await rm(folder, { recursive: true });
}

/** The servers of the story. */
export interface DemoServers {
  readonly server: EpmmServer;
  readonly team: TeamServer;
  readonly mailbox: Mailbox;
}

/** Where the mails go that are sent; the HTML of each can be opened there. */
export const mailFolder = (folder: string): string => join(folder, 'mail');

/** Writes rolewatch.yaml and the secrets it names; the ports of the servers are others each time. */
export async function configure(folder: string, { server, team, mailbox }: DemoServers): Promise<DemoFolder> {
  const config = join(folder, 'rolewatch.yaml');
  await writeFile(join(folder, 'epmm-password'), server.password, { mode: 0o600 });
  await writeFile(secretFile(folder), team.secret, { mode: 0o600 });
  await writeFile(config, yamlFor(server) + teamSources(team) + alertsFor(mailbox));
  return { data: folder, config };
}

function yamlFor(server: EpmmServer): string {
  return `# Written by the demo: these servers are made up, and answer only while the demo runs.
sources:
  - name: ${SOURCE}
    kind: ivanti-epmm
    url: ${server.url}
    username: ${server.username}
    password: { file: ./epmm-password }
    scopes: all
    schedule: '0 * * * *'
    timezone: Europe/Berlin
    pageSize: ${PAGE_SIZE} # so small that the directory needs several pages
    simulated: true
`;
}

function alertsFor(mailbox: Mailbox): string {
  return `alerts:
  smtp:
    host: 127.0.0.1
    port: ${mailbox.port}
    security: none # to this machine only
    from: rolewatch@example.com
  routes:
    - severity: high
      to: [security@example.com]
`;
}
