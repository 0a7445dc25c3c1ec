/**
 * The demo: `npm run demo [-- --once] [-- --data DIR]`. Plays the story of days.ts on a simulated server, has it read
 * after each day by the product's own commands, and leaves the service running until Ctrl-C.
 */
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Database } from '../src/platform/database.js';
import { heldLists } from '../src/snapshots/held-lists.view.js';
import { snapshotAt } from '../src/snapshots/snapshot-at.view.js';
import { openDemoDatabase, rolewatch } from './command-line.js';
import { type Day, DAYS, play, type ShrinkAccepted } from './days.js';
import { EpmmServer } from './estate/epmm-server.js';
import { northwind } from './estate/northwind.js';
import { northwindField } from './estate/team.js';
import { TeamServer } from './estate/team-server.js';
import { configure, type DemoFolder, freshFolder, mailFolder, SOURCE } from './folder.js';
import { Mailbox, type Received } from './mailbox.js';
import { playTeam, TEAM_SOURCE } from './team-stage.js';
import { portFor } from './port.js';
import { heading, say, wrapped } from './text.js';

interface Arguments {
  /** End after the story, without serving. */
  readonly once: boolean;
  /** The demo's data folder. */
  readonly data: string;
}

/** What the days need; the database is held open, so that its server is started once and not by each command. */
interface Stage {
  readonly folder: DemoFolder;
  readonly server: EpmmServer;
  readonly db: Database;
}

/** A command of the story did not do what it should: it has said why, and the demo ends with its exit code. */
class Stopped extends Error {
  constructor(readonly exitCode: number) {
    super('stopped');
  }
}

async function main({ once, data }: Arguments): Promise<void> {
  await freshFolder(data);
  say(INTRODUCTION);
  const server = await EpmmServer.start(northwind());
  const team = await TeamServer.start(northwindField());
  const mailbox = await Mailbox.start({ folder: mailFolder(data), onMail: tellOfMail });
  try {
    const folder = await configure(data, { server, team, mailbox });
    const opened = await openDemoDatabase(data);
    try {
      const stage = { folder, server, db: opened.db };
      for (const [index, day] of DAYS.entries()) await act(stage, day, index + 1);
      await playTeam(team.team, data, (...argv) => command(folder, [0], ...argv));
      await judgeAndProve(folder);
      say(closing(folder));
      if (!once) await serve(folder);
    } finally {
      await opened.close();
    }
  } finally {
    await mailbox.stop();
    await team.stop();
    await server.stop();
  }
}

function tellOfMail({ to, subject, file }: Received): void {
  say(`\nMail to ${to}: ${subject}\n  ${shown(file.replace(/eml$/, 'html'))}`);
}

/** One day: what happens, the decisions of people, the reading. */
async function act({ folder, server, db }: Stage, day: Day, number: number): Promise<void> {
  say(heading(`Day ${number} · ${day.title}`));
  say(wrapped(day.expects));
  for (const accepted of day.accepted ?? [])
    await command(folder, [0], ...(await acceptShrink(db, accepted)));
  play(day, server);
  // 2: something was partial or is held, as on some days it should be
  await command(folder, [0, 2], 'run', SOURCE);
  if (day.asksRole !== undefined)
    await command(folder, [0], 'access', SOURCE, '--role', String(day.asksRole));
}

/** What all of it comes to: the rules that are broken, a report to read, evidence to hand over. */
async function judgeAndProve(folder: DemoFolder): Promise<void> {
  say(heading('What breaks the rules'));
  say(wrapped('Every snapshot was judged by the rules that ship. The worst of what is open now:'));
  ended(await rolewatch(folder, ['check', SOURCE], { head: CHECK_LINES }));
  say(heading('For the security lead and the auditor'));
  say(wrapped('One page about all eleven days, and a signed archive that proves what was read and decided.'));
  const report = shown(join(folder.data, 'report.html'));
  const evidence = shown(join(folder.data, 'evidence.zip'));
  await command(folder, [0], 'report', SOURCE, '--out', report);
  await command(folder, [0], 'evidence', 'create', SOURCE, '--out', evidence);
  await command(folder, [0], 'verify', evidence);
}

/** @throws Stopped for another exit code than those expected */
async function command(
  folder: DemoFolder,
  expected: readonly number[],
  ...argv: readonly string[]
): Promise<void> {
  ended(await rolewatch(folder, argv), expected);
}

function ended(exitCode: number, expected: readonly number[] = [0]): void {
  if (!expected.includes(exitCode)) throw new Stopped(exitCode);
  if (interrupted) throw new Stopped(INTERRUPTED);
}

/** As a person would type it, who has seen how many are held. */
async function acceptShrink(db: Database, { stream, scope, reason }: ShrinkAccepted): Promise<string[]> {
  const { seq } = await snapshotAt(db, SOURCE, { kind: 'latest' });
  const lists = (await heldLists(db, SOURCE, seq)).filter((list) => list.stream === stream);
  const expected = lists.reduce((sum, { held }) => sum + held, 0);
  const choice = ['--stream', stream, '--scope', scope, '--expect', String(expected)];
  return ['accept-shrink', SOURCE, ...choice, '--reason', reason];
}

async function serve(folder: DemoFolder): Promise<void> {
  say(heading('The service'));
  say('Ctrl-C ends it, with everything that it started.');
  const exitCode = await rolewatch(folder, ['serve', '--port', String(await portFor(8080))], {
    progress: true,
  });
  if (exitCode === 1) throw new Stopped(exitCode);
}

/** The first findings; all of them would hide the rest of the story. */
const CHECK_LINES = 24;

const INTRODUCTION = wrapped(
  'Northwind Mobile is made up: 300 people, 15 admins, 3 device spaces, and a simulated server that answers as EPMM ' +
    'does; then its team of mambo EMM, whose server is made up in every respect. The reading, the PostgreSQL and the commands are the real ones. Days are chapters of the story; the times ' +
    'of snapshots and windows are those of your clock.',
);

function closing({ data, config }: DemoFolder): string {
  const folder = `--data ${shown(data)}`;
  return [
    heading('Try it yourself'),
    `  npx rolewatch drift ${SOURCE} --from 1 ${folder}`,
    `  npx rolewatch access ${SOURCE} --permission "Wipe device" ${folder} --config ${shown(config)}`,
    `  npx rolewatch drift ${TEAM_SOURCE} --from 1 ${folder}`,
    `  npx rolewatch findings ${SOURCE} ${folder}`,
    `  npx rolewatch alerts ${folder} --config ${shown(config)}`,
    `  npx rolewatch fsck ${folder}`,
  ].join('\n');
}

const shown = (path: string): string => relative(process.cwd(), path) || '.';

const INTERRUPTED = 130;
let interrupted = false;

/**
 * Each command ends in order by itself; here only the story is. Listening until the end also means that a second
 * signal, which npm sends after that of the terminal, does not cut the clearing up short.
 */
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (interrupted = true));
// a reader that leaves (`| head`) must not leave a PostgreSQL behind
process.stdout.on('error', () => (interrupted = true));

function read(argv: readonly string[]): Arguments {
  const options = {
    once: { type: 'boolean', default: false },
    data: { type: 'string', default: 'data/demo' },
  } as const;
  const { values } = parseArgs({ args: [...argv], options });
  return { once: values.once, data: resolve(values.data) };
}

async function start(): Promise<number> {
  try {
    await main(read(process.argv.slice(2)));
    return 0;
  } catch (error) {
    if (error instanceof Stopped) return error.exitCode;
    process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

// what the service logs while all is well would stand between its address and the reader
process.env['LOG_LEVEL'] ??= 'warn';
process.exitCode = await start();
