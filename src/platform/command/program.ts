import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { nearest } from '../config/nearest.js';
import type {
  Arguments,
  ArgumentSpec,
  ArgumentValues,
  CommandSpec,
  Options,
  OptionSpec,
  OptionValues,
} from './command.js';

/** The options that every command has. They may stand before the command's name as well as after it. */
const COMMON: readonly (readonly [flags: string, description: string])[] = [
  ['--config <FILE>', 'the configuration (default: ./rolewatch.yaml)'],
  ['--data <DIR>', 'folder of the embedded PostgreSQL, without DATABASE_URL (default: ./data)'],
  ['--json', 'print the result as one JSON document'],
];

export interface CommonValues {
  readonly config?: string;
  readonly data?: string;
  readonly json?: boolean;
}

/** What was typed, for one command. */
export interface Call<C> {
  readonly spec: CommandSpec<C>;
  readonly args: ArgumentValues<Arguments>;
  readonly options: OptionValues<Options>;
  readonly common: CommonValues;
}

/**
 * Turns what was typed into a call, without running anything.
 * @throws CommanderError for everything else: help, version and mistakes
 */
export function parseCommandLine<C>(
  commands: readonly CommandSpec<C>[],
  version: string,
  argv: readonly string[],
  write: (text: string) => void,
): Call<C> | undefined {
  let call: Call<C> | undefined;
  const program = new Command('rolewatch')
    .description('Who can do what in a mobile fleet, what changed, when and why.')
    .version(version, '--version', 'print the version')
    .configureOutput({ writeOut: write, writeErr: write, outputError: () => undefined })
    .exitOverride();
  addCommonOptions(program);
  for (const spec of commands) {
    addCommand(program, spec, (made) => {
      call = made;
    });
  }
  program.parse(argv, { from: 'user' });
  return call;
}

function addCommand<C>(program: Command, spec: CommandSpec<C>, called: (call: Call<C>) => void): void {
  const words = spec.name.split(' ');
  const command = groupOf(program, words.slice(0, -1))
    .command(words.at(-1) ?? spec.name)
    .usage(usageOf(spec))
    .summary(spec.summary)
    .description(spec.description)
    .addHelpText('after', ['', 'Examples:', ...spec.examples.map((line) => `  ${line}`)].join('\n'));
  for (const [name, argument] of Object.entries(spec.arguments))
    command.addArgument(toArgument(name, argument));
  for (const [name, option] of Object.entries(spec.options)) command.addOption(toOption(name, option));
  addCommonOptions(command);
  command.action(() => {
    refuseMissing(command, spec);
    const names = Object.keys(spec.arguments);
    const options: Call<C>['options'] = command.opts();
    called({
      spec,
      args: Object.fromEntries(names.map((name, i) => [name, command.args[i]])),
      options: Object.fromEntries(
        Object.entries(spec.options).map(([name, { kind }]) => [
          name,
          options[name] ?? (kind === 'flag' ? false : undefined),
        ]),
      ),
      common: command.optsWithGlobals<CommonValues>(),
    });
  });
}

/** Everything that is missing at once: commander itself would tell of one after the other. */
function refuseMissing<C>(command: Command, spec: CommandSpec<C>): void {
  const options: Readonly<Record<string, unknown>> = command.opts();
  const missing = [
    ...Object.entries(spec.arguments).flatMap(([name, { required }], i) =>
      required === true && command.args[i] === undefined ? [name.toUpperCase()] : [],
    ),
    ...Object.entries(spec.options).flatMap(([name, option]) =>
      option.kind !== 'flag' && option.required === true && options[name] === undefined
        ? [`${flagOf(name)} ${option.value}`]
        : [],
    ),
  ];
  if (missing.length > 0)
    command.error(`missing: ${missing.join(', ')}; rolewatch ${spec.name} --help says what each is`);
}

/** The arguments that must be there in <>; commander is told of none that must, and would not. */
function usageOf<C>(spec: CommandSpec<C>): string {
  const names = Object.entries(spec.arguments).map(([name, { required }]) =>
    required === true ? `<${name.toUpperCase()}>` : `[${name.toUpperCase()}]`,
  );
  return ['[options]', ...names].join(' ');
}

/** `evidence create` stands below `evidence`, which is there by itself once a command needs it. */
function groupOf(program: Command, words: readonly string[]): Command {
  return words.reduce(
    (parent, word) =>
      parent.commands.find((command) => command.name() === word) ??
      parent.command(word).summary(`rolewatch ${word} --help lists what it can do`),
    program,
  );
}

function addCommonOptions(command: Command): void {
  for (const [flags, description] of COMMON) command.option(flags, description);
}

function toArgument(name: string, spec: ArgumentSpec): Argument {
  return new Argument(`[${name.toUpperCase()}]`, spec.description);
}

function toOption(name: string, spec: OptionSpec): Option {
  const flag = flagOf(name);
  if (spec.kind === 'flag') return new Option(flag, spec.description);
  const option = new Option(`${flag} <${spec.value}>`, spec.description);
  if (spec.kind === 'texts')
    return option.argParser((text: string, before?: readonly string[]) => [...(before ?? []), text]);
  return option.argParser((text: string) =>
    spec.kind === 'count' ? toCount(text) : oneOf(text, spec.oneOf),
  );
}

/** `--release-hold` */
function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function toCount(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(count)) throw new InvalidArgumentError('It must be a whole number, 0 or more.');
  return count;
}

function oneOf(text: string, words: readonly string[] | undefined): string {
  if (words === undefined || words.includes(text)) return text;
  const near = nearest(text, words);
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  throw new InvalidArgumentError(`It must be one of ${words.join(', ')}.${hint}`);
}
