/**
 * What a room says about one of its commands, and what a command is given when it runs.
 * Rooms export these from `thing.command.ts`; src/commands.ts lists them.
 */
import type { OpenDatabase } from '../open-database.js';

export interface ArgumentSpec {
  readonly description: string;
  readonly required?: boolean;
}

export type OptionSpec = FlagSpec | TextSpec | TextsSpec | CountSpec;

interface FlagSpec {
  readonly kind: 'flag';
  readonly description: string;
}

interface ValueSpec {
  /** The placeholder in the help text, for example `SEQ`. */
  readonly value: string;
  readonly description: string;
  readonly required?: boolean;
}

interface TextSpec extends ValueSpec {
  readonly kind: 'text';
  /** The only words allowed. */
  readonly oneOf?: readonly string[];
}

/** May be given several times. */
interface TextsSpec extends ValueSpec {
  readonly kind: 'texts';
}

/** A whole number, 0 or more. */
interface CountSpec extends ValueSpec {
  readonly kind: 'count';
}

/** Keys are the names, in order; shown in upper case. */
export type Arguments = Readonly<Record<string, ArgumentSpec>>;
/** Keys are the names in camelCase; typed by people as `--kebab-case`. */
export type Options = Readonly<Record<string, OptionSpec>>;

export type ArgumentValues<A extends Arguments> = {
  readonly [K in keyof A]: A[K] extends { required: true } ? string : string | undefined;
};

export type OptionValues<O extends Options> = { readonly [K in keyof O]: OptionValue<O[K]> };
type OptionValue<O extends OptionSpec> = O extends { kind: 'flag' }
  ? boolean
  : | (O extends { kind: 'count' } ? number : O extends { kind: 'texts' } ? readonly string[] : string)
    | (O extends { required: true } ? never : undefined);

/** 0: done and complete · 2: done, but partial or held · 3: done, and something is as bad as was asked about · 1: anything else. Errors are thrown and give 1. */
export type ExitCode = 0 | 1 | 2 | 3;

/** One command. `C` is the part of the configuration that it needs. */
export interface CommandSpec<C = unknown, A extends Arguments = Arguments, O extends Options = Options> {
  /** One word, or more where commands belong together: `evidence create`. */
  readonly name: string;
  /** Half a line, for the list of commands. */
  readonly summary: string;
  /** What it does and what its exit code says. */
  readonly description: string;
  readonly arguments: A;
  readonly options: O;
  /** Complete lines as typed, each starting with `rolewatch`. */
  readonly examples: readonly [string, ...string[]];
  run(context: CommandContext<C>, args: ArgumentValues<A>, options: OptionValues<O>): Promise<ExitCode>;
}

/** Gives `run` the types of the declared arguments and options. */
export function defineCommand<C, const A extends Arguments, const O extends Options>(
  spec: CommandSpec<C, A, O>,
): CommandSpec<C, A, O> {
  return spec;
}

export interface CommandContext<C = unknown> {
  /** Reads and checks the file given by `--config`, once. @throws RolewatchError config-invalid */
  config(): Promise<C>;
  /** Opens the database, once; it is closed when the command ends. */
  openDatabase(): Promise<OpenDatabase>;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** `--json`: there are tools reading the result. */
  readonly json: boolean;
  /** `--data`, absolute. */
  readonly dataDir: string;
  /** Who runs this, for the log of actions: `os:<user name>`. */
  readonly actor: string;
  /** The result, on stdout: `document` as JSON with `--json`, else `text()`. At most once in a command. */
  print(document: object, text: () => string): Promise<void>;
  /** A file on stdout, byte for byte, for other programs; its maker sees to it that it is harmless. At most one result in a command. */
  printFile(document: object, content: string): Promise<void>;
  /** What is going on, on stderr, where a person is watching; nothing in a pipe. */
  progress(message: string): void;
  /** Something a person should know although the command goes on: always on stderr. */
  warn(message: string): void;
}
