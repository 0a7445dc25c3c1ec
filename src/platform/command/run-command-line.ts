import { resolve } from 'node:path';
import { CommanderError } from 'commander';
import { databaseWords } from '../database-words.js';
import { RolewatchError } from '../errors.js';
import type { OpenDatabase } from '../open-database.js';
import { safeError } from '../scrub.js';
import { operatingSystemActor } from './actor.js';
import type { CommandContext, CommandSpec, ExitCode } from './command.js';
import { Output, type Streams } from './output.js';
import { type Call, type CommonValues, parseCommandLine } from './program.js';

/** What the commands stand on; given from outside, so that the frame knows no room. */
export interface CommandLine<C> {
  readonly commands: readonly CommandSpec<C>[];
  readonly version: string;
  /** Without `node` and the script. */
  readonly argv: readonly string[];
  readonly streams: Streams;
  loadConfig(file: string): Promise<C>;
  openDatabase(dataDir: string): Promise<OpenDatabase>;
}

/** Ends of a command that no signal has a better number for are 0 to 3; an interrupted one is 128 + the signal's number. */
type ProcessExitCode = ExitCode | 130 | 143;

/** Runs what was typed to its end, prints its error if it has one, and gives the exit code of the process. */
export async function runCommandLine<C>(line: CommandLine<C>): Promise<ProcessExitCode> {
  const output = new Output(line.streams, line.argv.includes('--json'));
  const interruption = new Interruption(() =>
    output.fail('interrupted', `interrupted; it did not end within ${END_WITHIN_MS / 1000} seconds`),
  );
  try {
    const call = await parse(line, output);
    if (call === undefined) return 0;
    const exitCode = await runCall(call, line, output, interruption.signal);
    return exitCode === 1 ? (interruption.exitCode ?? 1) : exitCode;
  } catch (error) {
    if (interruption.exitCode !== undefined) {
      output.fail('interrupted', 'interrupted');
      return interruption.exitCode;
    }
    const { code, message } = describe(error);
    output.fail(code, message);
    return 1;
  } finally {
    interruption.dispose();
  }
}

/** @returns undefined where help or the version was asked for, and printed */
async function parse<C>(line: CommandLine<C>, output: Output): Promise<Call<C> | undefined> {
  let help = '';
  try {
    return parseCommandLine(line.commands, line.version, line.argv, (text) => (help += text));
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) {
      await output.help(help);
      return undefined;
    }
    throw new RolewatchError('usage', usageMessage(error, line));
  }
}

/** Commander's text, without its own prefix; called without any command, or with a group's name only, it has none. */
function usageMessage<C>(error: CommanderError, { argv, commands }: CommandLine<C>): string {
  if (error.code === 'commander.help') {
    const group = argv.find((word) => commands.some(({ name }) => name.startsWith(`${word} `)));
    return `which command? rolewatch ${group === undefined ? '' : `${group} `}--help lists them`;
  }
  return error.message.replace(/^error: /, '').replaceAll('\n', ' ');
}

async function runCall<C>(
  call: Call<C>,
  line: CommandLine<C>,
  output: Output,
  signal: AbortSignal,
): Promise<ExitCode> {
  const resources = new Resources(line, call.common);
  const context: CommandContext<C> = {
    config: () => resources.config(),
    openDatabase: () => resources.database(),
    signal,
    json: output.json,
    dataDir: resources.dataDir,
    actor: operatingSystemActor(),
    print: (document, text) => output.print(document, text),
    printFile: (document, content) => output.printFile(document, content),
    progress: (message) => output.progress(message),
    warn: (message) => output.warn(message),
  };
  try {
    return await call.spec.run(context, call.args, call.options);
  } finally {
    await resources.close();
  }
}

/** Opened when first asked for, so that a command pays for what it uses; closed together. */
class Resources<C> {
  readonly dataDir: string;
  private readonly configFile: string;
  private loaded: Promise<C> | undefined;
  private opened: Promise<OpenDatabase> | undefined;

  constructor(
    private readonly line: CommandLine<C>,
    common: CommonValues,
  ) {
    this.configFile = resolve(common.config ?? 'rolewatch.yaml');
    this.dataDir = resolve(common.data ?? 'data');
  }

  config(): Promise<C> {
    return (this.loaded ??= this.line.loadConfig(this.configFile));
  }

  database(): Promise<OpenDatabase> {
    return (this.opened ??= this.line.openDatabase(this.dataDir));
  }

  async close(): Promise<void> {
    // one that failed to open was already told to the command
    const database = await this.opened?.catch(() => undefined);
    await database?.close();
  }
}

/** Longer than any orderly end takes, shorter than the 30 seconds after which supervisors kill. */
const END_WITHIN_MS = 25_000;

/**
 * The first SIGINT or SIGTERM asks the command to end in order; a second one has its usual effect, at once. So has the
 * first if there is no end: a database that does not answer, say, lets no connection be closed.
 */
class Interruption {
  private readonly controller = new AbortController();
  private late: NodeJS.Timeout | undefined;
  private readonly onInterrupt = (): void => this.interrupt(130);
  private readonly onTerminate = (): void => this.interrupt(143);
  exitCode: 130 | 143 | undefined;

  constructor(private readonly onLate: () => void) {
    process.once('SIGINT', this.onInterrupt);
    process.once('SIGTERM', this.onTerminate);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  dispose(): void {
    clearTimeout(this.late);
    process.off('SIGINT', this.onInterrupt);
    process.off('SIGTERM', this.onTerminate);
  }

  private interrupt(exitCode: 130 | 143): void {
    this.exitCode = exitCode;
    this.late = setTimeout(() => {
      this.onLate();
      process.exit(exitCode);
    }, END_WITHIN_MS);
    this.controller.abort();
  }
}

/** Ours are words with hyphens; the codes of the system and of PostgreSQL, in capitals and digits, mean nothing outside. */
const OWN_CODE = /^[a-z]+(-[a-z]+)*$/;

function describe(error: unknown): { code: string; message: string } {
  if (error instanceof RolewatchError) return { code: error.code, message: error.message };
  const away = databaseWords(error);
  if (away !== null) return { code: 'database-unreachable', message: away };
  const { code = '', message } = safeError(error);
  return { code: OWN_CODE.test(code) ? code : 'internal', message };
}
