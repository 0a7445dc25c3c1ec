import { PassThrough, Writable } from 'node:stream';
import { RolewatchError } from '../errors.js';
import type { OpenDatabase } from '../open-database.js';
import { type CommandContext, type CommandSpec, defineCommand } from './command.js';
import { runCommandLine } from './run-command-line.js';

interface Settings {
  readonly colour: string;
}

const paint = defineCommand({
  name: 'paint',
  summary: 'paint a thing',
  description: 'Paints a thing in the configured colour.',
  arguments: { thing: { description: 'what to paint', required: true }, place: { description: 'where' } },
  options: {
    coats: { kind: 'count', value: 'N', description: 'how many coats' },
    brushSize: { kind: 'text', value: 'SIZE', description: 'the brush', oneOf: ['small', 'large'] },
    wet: { kind: 'flag', description: 'paint on wet ground' },
  },
  examples: ['rolewatch paint door --coats 2'],
  async run(context: CommandContext<Settings>, args, options) {
    const { colour } = await context.config();
    await context.print({ colour, ...args, ...options }, () => `painted ${args.thing} ${colour}`);
    return 0;
  },
});

function single(run: CommandSpec<Settings>['run']): CommandSpec<Settings> {
  return {
    name: 'do',
    summary: 's',
    description: 'd',
    arguments: {},
    options: {},
    examples: ['rolewatch do'],
    run,
  };
}

class Sink extends Writable {
  text = '';
  constructor(readonly isTTY: boolean) {
    super();
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

async function run(
  argv: string[],
  more: { commands?: CommandSpec<Settings>[]; tty?: boolean; stdout?: Writable } = {},
) {
  const stdout = new Sink(false);
  const stderr = new Sink(more.tty ?? false);
  const asked: string[] = [];
  const exitCode = await runCommandLine<Settings>({
    commands: more.commands ?? [paint],
    version: '9.9.9',
    argv,
    streams: { stdout: more.stdout ?? stdout, stderr },
    loadConfig: async (file) => {
      asked.push(`config ${file}`);
      return { colour: 'blue' };
    },
    openDatabase: async (dataDir) => {
      asked.push(`open ${dataDir}`);
      return { close: async () => void asked.push('close') } as unknown as OpenDatabase;
    },
  });
  return { exitCode, stdout: stdout.text, stderr: stderr.text, asked };
}

describe('a command', () => {
  it('is given its arguments and options, typed', async () => {
    const { stdout, exitCode } = await run([
      'paint',
      'door',
      '--coats',
      '2',
      '--brush-size',
      'large',
      '--json',
    ]);
    expect(JSON.parse(stdout)).toEqual({
      colour: 'blue',
      thing: 'door',
      coats: 2,
      brushSize: 'large',
      wet: false,
    });
    expect(exitCode).toBe(0);
  });

  it('may have a name of two words, and its group says what there is', async () => {
    const commands = [{ ...paint, name: 'wall paint' }];
    expect((await run(['wall', 'paint', 'door'], { commands })).stdout).toBe('painted door blue\n');
    expect((await run(['wall', '--help'], { commands })).stdout).toContain('paint a thing');
    expect((await run(['wall', 'pain', 'door'], { commands })).stderr).toContain('Did you mean paint?');
    const { stderr, exitCode } = await run(['wall'], { commands });
    expect([stderr, exitCode]).toEqual(['rolewatch: which command? rolewatch wall --help lists them\n', 1]);
  });

  it('prints text where no JSON is asked for', async () => {
    expect((await run(['paint', 'door'])).stdout).toBe('painted door blue\n');
  });

  it.each([[['--config', '/x/a.yaml', 'paint', 'door']], [['paint', 'door', '--config', '/x/a.yaml']]])(
    'takes the common options before and after its name',
    async (argv) => {
      expect((await run(argv)).asked).toEqual(['config /x/a.yaml']);
    },
  );

  it('opens the database once, below --data, and it is closed even if the command fails', async () => {
    const failing = single(async (context) => {
      await context.openDatabase();
      await context.openDatabase();
      throw new RolewatchError('unknown-source', 'there is no source "hq"');
    });
    const { exitCode, stdout, stderr, asked } = await run(['do', '--data', '/x/data'], {
      commands: [failing],
    });
    expect(asked).toEqual(['open /x/data', 'close']);
    expect([exitCode, stdout, stderr]).toEqual([1, '', 'rolewatch: there is no source "hq"\n']);
  });

  it('gives its own exit code', async () => {
    expect((await run(['do'], { commands: [single(async () => 2)] })).exitCode).toBe(2);
  });

  it('fails as one JSON document on stderr with --json', async () => {
    const failing = single(async () => {
      throw new RolewatchError('source-busy', 'busy');
    });
    const { stderr, exitCode } = await run(['do', '--json'], { commands: [failing] });
    expect(JSON.parse(stderr)).toEqual({ error: { code: 'source-busy', message: 'busy' } });
    expect(exitCode).toBe(1);
  });

  it('shows progress to a person and not to a pipe', async () => {
    const commands = [
      single(async (context) => {
        context.progress('reading');
        return 0;
      }),
    ];
    expect((await run(['do'], { commands, tty: true })).stderr).toBe('reading\n');
    expect((await run(['do'], { commands })).stderr).toBe('');
  });

  it('shows hostile names without letting them act on the terminal', async () => {
    const name = 'evil\u001b[2J\u202egpj.exe';
    const commands = [
      single(async (context) => {
        await context.print({ name }, () => name);
        return 0;
      }),
    ];
    expect((await run(['do'], { commands })).stdout).toBe('evil\\u001b[2J\\u202egpj.exe\n');
    const { stdout } = await run(['do', '--json'], { commands });
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
    expect(JSON.parse(stdout)).toEqual({ name });
  });

  it('ends in order when it is interrupted, and says so by its exit code', async () => {
    const waiting = single(async (context) => {
      await context.openDatabase();
      await new Promise((_, reject) => {
        context.signal.addEventListener('abort', () => reject(new Error('stopped')));
        process.emit('SIGINT');
      });
      return 0;
    });
    const { exitCode, stderr, asked } = await run(['do'], { commands: [waiting] });
    expect([exitCode, stderr]).toEqual([130, 'rolewatch: interrupted\n']);
    expect(asked).toContain('close');
    expect(process.listenerCount('SIGINT')).toBe(0);
  });

  it('says that it was interrupted also where the command told its failure itself', async () => {
    const telling = single(() => {
      process.emit('SIGTERM');
      return Promise.resolve(1);
    });
    expect((await run(['do'], { commands: [telling] })).exitCode).toBe(143);
  });

  it('ends all the same when it does not come to an end in order', async () => {
    jest.useFakeTimers();
    const exit = jest.spyOn(process, 'exit').mockImplementation(() => undefined as never);
    let end = (): void => undefined;
    const ended = new Promise<0>((resolve) => (end = () => resolve(0)));
    const stuck = run(['do'], { commands: [single(() => ended)] });
    process.emit('SIGTERM');
    await jest.advanceTimersByTimeAsync(24_000);
    expect(exit).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(2_000);
    expect(exit).toHaveBeenCalledWith(143);
    jest.useRealTimers();
    exit.mockRestore();
    end();
    expect((await stuck).stderr).toContain('did not end within 25 seconds');
  });

  it('says so where a result could not be written, for want of room', async () => {
    const full = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('no space left'), { code: 'ENOSPC' })),
    });
    const { exitCode, stderr } = await run(['paint', 'door'], { stdout: full });
    expect(exitCode).toBe(1);
    expect(stderr).toBe('rolewatch: the result could not be written: no space left\n');
  });

  it('goes on when nobody reads its result any more', async () => {
    const stdout = new PassThrough();
    stdout.destroy(new Error('EPIPE'));
    expect((await run(['paint', 'door'], { stdout })).exitCode).toBe(0);
  });
});

describe('a mistake on the command line', () => {
  it.each([
    [['pant'], /unknown command 'pant' \(Did you mean paint\?\)/],
    [['paint', 'door', '--coat', '2'], /unknown option '--coat' \(Did you mean --coats\?\)/],
    [['paint'], /missing: THING; rolewatch paint --help/],
    [['paint', 'door', 'hall', 'roof'], /too many arguments/],
    [['paint', 'door', '--coats', 'two'], /'two' is invalid.*whole number/],
    [['paint', 'door', '--coats', '-1'], /'-1' is invalid|argument missing/],
    [['paint', 'door', '--brush-size', 'larg'], /one of small, large\. Did you mean large\?/],
    [[], /which command/],
  ])('%j is refused in one line, with the nearest word', async (argv, message) => {
    const { exitCode, stdout, stderr, asked } = await run(argv);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect([exitCode, stdout, asked]).toEqual([1, '', []]);
  });

  it('tells of everything that is missing at once', async () => {
    const needs = {
      ...single(() => Promise.resolve(0)),
      arguments: { thing: { description: 'a thing', required: true }, place: { description: 'where' } },
      options: {
        reason: { kind: 'text', value: 'REASON', description: 'why', required: true },
        mostCoats: { kind: 'count', value: 'N', description: 'how many', required: true },
        wet: { kind: 'flag', description: 'wet' },
      },
    } as const;
    const { exitCode, stderr } = await run(['do'], { commands: [needs] });
    expect([exitCode, stderr]).toEqual([
      1,
      'rolewatch: missing: THING, --reason REASON, --most-coats N; rolewatch do --help says what each is\n',
    ]);
    const given = ['do', 'door', '--reason', 'r', '--most-coats', '0'];
    expect((await run(given, { commands: [needs] })).exitCode).toBe(0);
    expect((await run(['do', '--help'], { commands: [needs] })).stdout).toContain(
      'do [options] <THING> [PLACE]',
    );
  });

  it('has a code of its own in JSON', async () => {
    expect(JSON.parse((await run(['pant', '--json'])).stderr)).toMatchObject({ error: { code: 'usage' } });
  });
});

describe('help', () => {
  it('lists the commands, on stdout, and opens nothing', async () => {
    const { exitCode, stdout, asked } = await run(['--help']);
    expect(stdout).toContain('paint a thing');
    expect([exitCode, asked]).toEqual([0, []]);
  });

  it('shows each command with its options and an example', async () => {
    const { stdout } = await run(['paint', '--help']);
    for (const part of [
      '--coats <N>',
      '--config <FILE>',
      '--json',
      '--data <DIR>',
      'rolewatch paint door --coats 2',
    ]) {
      expect(stdout).toContain(part);
    }
  });

  it('knows the version', async () => {
    expect((await run(['--version'])).stdout).toBe('9.9.9\n');
  });
});

describe('an error that nobody foresaw', () => {
  it('shows no credentials, and no code that means nothing outside', async () => {
    const failing = single(async () => {
      throw Object.assign(new Error('connect postgresql://app:hunter2@db/x failed'), {
        code: 'EWHATEVER',
      });
    });
    const { stderr } = await run(['do', '--json'], { commands: [failing] });
    expect(JSON.parse(stderr)).toEqual({
      error: { code: 'internal', message: 'connect postgresql://***@db/x failed' },
    });
  });
});
