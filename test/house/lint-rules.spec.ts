import { join } from 'node:path';
import { PROJECT, runTool, writeFixture } from './fixture.js';

/** Files that each break one lint rule of ours, and beside them what must stay allowed. */
const CONFIG = join(PROJECT, 'eslint.config.mjs');

interface Case {
  readonly rule: string | null;
  readonly file: string;
  readonly text: string;
}
const breaks = (rule: string, file: string, text: string): Case => ({ rule, file, text });
const keeps = (file: string, text: string): Case => ({ rule: null, file, text });

const SYNTAX = 'no-restricted-syntax';
const LATER = 'export async function later(): Promise<number> {\n  return 1;\n}\n';
const lines = (count: number): string =>
  Array.from({ length: count }, (_, i) => `  Math.abs(${i});\n`).join('');

const CASES: readonly Case[] = [
  breaks('@typescript-eslint/no-floating-promises', 'src/drift/floats.job.ts', `${LATER}later();\n`),
  breaks('@typescript-eslint/no-floating-promises', 'test/medium/floats.spec.ts', `${LATER}later();\n`),
  breaks(
    '@typescript-eslint/no-misused-promises',
    'src/drift/misuses.job.ts',
    `${LATER}export const yes = [1, 2].filter(async () => (await later()) > 0);\n`,
  ),
  breaks(
    '@typescript-eslint/switch-exhaustiveness-check',
    'src/drift/forgets-a-case.ts',
    `export function f(verdict: 'complete' | 'partial'): void {\n  switch (verdict) {\n    case 'complete':\n      break;\n  }\n}\n`,
  ),
  breaks('@typescript-eslint/no-explicit-any', 'src/drift/any.ts', 'export type Row = any;\n'),
  breaks(
    '@typescript-eslint/no-unsafe-member-access',
    'src/drift/unsafe.ts',
    `export const n = (text: string): unknown => JSON.parse(text).total;\n`,
  ),
  breaks(
    '@typescript-eslint/ban-ts-comment',
    'src/drift/ignores.ts',
    `// @ts-ignore: it compiles\nexport const n: number = 1;\n`,
  ),
  breaks(
    '@typescript-eslint/no-explicit-any',
    'src/drift/disables.ts',
    `// eslint-disable-next-line @typescript-eslint/no-explicit-any\nexport type Row = any;\n`,
  ),
  breaks(
    'max-lines-per-function',
    'src/drift/long-function.ts',
    `export function long(): void {\n${lines(59)}}\n`,
  ),
  breaks('max-lines', 'src/drift/long-file.ts', `export const here = true;\n${'\n'.repeat(350)}`),
  breaks('no-console', 'src/drift/prints.job.ts', `console.log('found');\n`),
  breaks(SYNTAX, 'src/drift/default.ts', 'export default 1;\n'),
  breaks(SYNTAX, 'src/drift/named-default.ts', 'const one = 1;\nexport { one as default };\n'),
  breaks(SYNTAX, 'src/drift/enum.ts', 'export enum Verdict {\n  Complete,\n}\n'),
  breaks(
    SYNTAX,
    'src/drift/raw.view.ts',
    `interface Client {\n  $queryRawUnsafe(sql: string): Promise<unknown>;\n}\n` +
      'export const ask = (client: Client, sql: string): Promise<unknown> => client.$queryRawUnsafe(sql);\n',
  ),
  breaks(
    SYNTAX,
    'src/drift/raw-by-text.view.ts',
    `interface Client {\n  $executeRawUnsafe(sql: string): Promise<unknown>;\n}\n` +
      `export const run = (client: Client): unknown => client['$executeRawUnsafe']('drop table record');\n`,
  ),
  breaks(
    SYNTAX,
    'src/drift/asks.ts',
    `interface Sql {\n  query(text: string): unknown;\n}\nexport const ask = (sql: Sql): unknown => sql.query('select 1');\n`,
  ),
  breaks(SYNTAX, 'src/drift/clock.ts', 'export const now = (): Date => new Date();\n'),
  breaks(SYNTAX, 'src/drift/clock-number.ts', 'export const now = (): number => Date.now();\n'),
  breaks(SYNTAX, 'src/drift/clock-text.ts', 'export const now = (): string => Date();\n'),
  breaks(SYNTAX, 'src/drift/clock.util.ts', 'export const now = (): number => Date.now();\n'),
  breaks(SYNTAX, 'src/drift/dice.ts', 'export const dice = (): number => Math.random();\n'),
  breaks(
    'no-restricted-globals',
    'src/drift/environment.ts',
    'export const home = (): unknown => process.env;\n',
  ),
  breaks(
    'no-restricted-globals',
    'src/drift/roundabout.ts',
    'export const all = (): unknown => globalThis;\n',
  ),
  breaks(
    'no-restricted-imports',
    'src/drift/salts.ts',
    `import { randomBytes } from 'node:crypto';\nexport const salt = (): unknown => randomBytes(16);\n`,
  ),
  breaks('no-restricted-imports', 'src/drift/bare.job.ts', `import 'fs';\n`),
  keeps('src/drift/dates.ts', 'export const at = (text: string): Date => new Date(text);\n'),
  keeps('src/drift/clock.job.ts', 'export const now = (): Date => new Date();\n'),
  keeps('src/platform/clock.ts', 'export const now = (): Date => new Date();\n'),
  keeps(
    'src/drift/asks.view.ts',
    `interface Sql {\n  query(text: string): unknown;\n}\nexport const ask = (sql: Sql): unknown => sql.query('select 1');\n`,
  ),
  keeps('src/main.ts', `console.log('listening');\n`),
  keeps('src/drift/parses.spec.ts', `console.log(JSON.parse('{}').total);\n`),
  keeps('src/drift/short.ts', `export function short(): void {\n${lines(58)}}\n`),
];

interface LintResult {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string | null; readonly message: string }[];
}

describe('the lint rules', () => {
  let found: ReadonlyMap<string, readonly string[]>;

  beforeAll(() => {
    const house = writeFixture({
      'package.json': JSON.stringify({ name: 'house', type: 'module' }),
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          module: 'nodenext',
          target: 'es2023',
          lib: ['es2023', 'dom'],
          strict: true,
          types: [],
        },
      }),
      'src/globals.d.ts': 'declare const process: { env: unknown };\n',
      ...Object.fromEntries(CASES.map(({ file, text }) => [file, text])),
    });
    const args = ['--config', CONFIG, '--format', 'json', 'src', 'test'];
    const results = runTool(house, 'eslint/bin/eslint.js', args) as LintResult[];
    found = new Map(
      results.map(({ filePath, messages }) => [
        filePath.slice(filePath.lastIndexOf('house-')).replace(/^[^/]+\//, ''),
        messages.map(({ ruleId, message }) => ruleId ?? message),
      ]),
    );
    house.remove();
  });

  it.each(CASES.filter(({ rule }) => rule !== null))('$rule bites in $file', ({ rule, file }) => {
    expect(found.get(file)).toContain(rule);
  });

  it.each(CASES.filter(({ rule }) => rule === null))('$file is left alone', ({ file }) => {
    expect(found.get(file)).toEqual([]);
  });

  it('cannot be switched off by a comment', () => {
    expect(found.get('src/drift/disables.ts')).toHaveLength(2);
  });
});
