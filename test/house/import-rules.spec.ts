import { type Fixture, PROJECT, runTool, writeFixture } from './fixture.js';
import { join } from 'node:path';

/**
 * A house in which every import rule is broken once. The rules are right if each breach is reported
 * under its own name, and no file that keeps the rules is: one that is removed, or that bites too far, fails here.
 */
const CONFIG = join(PROJECT, '.dependency-cruiser.cjs');

interface Breach {
  readonly rule: string;
  readonly file: string;
  readonly imports: readonly string[];
}
const breach = (rule: string, file: string, ...imports: string[]): Breach => ({ rule, file, imports });

const ROOM_BREACHES = [
  breach('room-access', 'src/access/looks-ahead.store.ts', '../platform/tx.js'),
  breach('room-platform', 'src/platform/looks-back.ts', '../access/model.js'),
  breach('room-accounts', 'src/accounts/looks-ahead.store.ts', '../sources/some.store.js'),
  breach('room-sources', 'src/sources/looks-ahead.store.ts', '../snapshots/some.store.js'),
  breach('room-snapshots', 'src/snapshots/looks-ahead.store.ts', '../drift/some.store.js'),
  breach('room-drift', 'src/drift/looks-ahead.store.ts', '../rules/some.store.js'),
  breach('room-rules', 'src/rules/looks-at-drift.store.ts', '../drift/some.store.js'),
  breach('room-findings', 'src/findings/looks-ahead.store.ts', '../alerts/some.store.js'),
  breach('room-alerts', 'src/alerts/looks-ahead.store.ts', '../reviews/some.store.js'),
  breach('room-reviews', 'src/reviews/looks-ahead.store.ts', '../evidence/some.store.js'),
  breach('room-evidence', 'src/evidence/looks-ahead.store.ts', '../runs/some.store.js'),
  breach('room-runs', 'src/runs/looks-at-entry.job.ts', '../config.js'),
];

const SUFFIX_BREACHES = [
  breach('pure-knows-no-effects', 'src/drift/uses-store.ts', './some.store.js'),
  breach('pure-uses-computing-packages', 'src/drift/uses-nest.ts', '@nestjs/common'),
  breach('pure-stands-on-pure-plumbing', 'src/drift/uses-plumbing.ts', '../platform/tx.js'),
  breach('pure-uses-computing-builtins', 'src/drift/uses-files.ts', 'node:fs/promises'),
  breach('pure-uses-computing-builtins', 'src/drift/some.util.ts', 'node:fs'),
  breach('views-only-read', 'src/drift/writes.view.ts', './some.store.js'),
  breach('stores-only-write', 'src/drift/tells-a-story.store.ts', './some.job.js'),
  breach('clients-only-talk', 'src/sources/keeps.client.ts', './some.store.js'),
  breach('network-is-in-clients', 'src/drift/talks.job.ts', 'node:https'),
  breach('network-is-in-clients', 'src/drift/talks-too.job.ts', 'undici'),
  breach('edges-write-nothing-of-others', 'src/runs/writes.command.ts', '../drift/some.store.js'),
  breach('prisma-stays-inside', 'src/drift/speaks-prisma.job.ts', '../generated/prisma/client.js'),
];

const TREE_BREACHES = [
  breach('entries-compose-rooms', 'src/cli.ts', './attic/some.store.js'),
  breach('edges-are-composed', 'src/runs/calls-command.job.ts', './some.command.js'),
  breach('no-cycles', 'src/drift/egg.ts', './hen.js'),
  breach('every-file-is-reached', 'src/drift/forgotten.ts'),
  breach('estate-is-used', 'demo/forgotten.ts'),
  breach('product-knows-no-tests', 'src/drift/uses-demo.job.ts', '../../demo/estate.js'),
  breach('demo-knows-no-tests', 'demo/uses-test.ts', '../test/support/database.js'),
  breach('nothing-imports-tests', 'test/medium/uses-spec.ts', './some.spec.js'),
  breach('desk-knows-only-the-api', 'web/src/page.ts', '../../src/access/model.js'),
  breach('imports-resolve', 'src/drift/points-nowhere.ts', './nowhere.js'),
  breach('packages-are-declared', 'src/drift/borrows.job.ts', 'undeclared'),
  breach('product-needs-no-dev-packages', 'src/drift/uses-dev-package.job.ts', 'for-development'),
];

const BREACHES = [...ROOM_BREACHES, ...SUFFIX_BREACHES, ...TREE_BREACHES];

/** Files that keep every rule, with what they import. */
const GOOD: Readonly<Record<string, readonly string[]>> = {
  'src/config.ts': ['zod'],
  'src/access/model.ts': ['node:crypto', 'zod'],
  'src/platform/tx.ts': ['pg', 'node:net', '../generated/prisma/client.js'],
  'src/generated/prisma/client.ts': [],
  'src/attic/some.store.ts': [],
  'src/sources/some.client.ts': ['undici', 'node:https'],
  'src/drift/some.ts': ['../access/model.js', '../snapshots/some.js', '../platform/errors.js'],
  'src/platform/errors.ts': [],
  'src/snapshots/some.ts': [],
  'src/drift/hen.ts': ['./egg.js'],
  'src/drift/some.view.ts': ['./some.js', '../platform/tx.js', '../generated/prisma/client.js'],
  'src/drift/some.job.ts': ['./some.store.js', '../sources/some.client.js', '@nestjs/common'],
  'src/runs/some.command.ts': ['../drift/some.view.js', './some.store.js', '../drift/some.job.js'],
  'demo/estate.ts': ['../src/access/model.js', 'node:http'],
  'test/support/database.ts': ['pg', 'for-development'],
  'test/medium/some.spec.ts': ['../support/database.js', '../../demo/estate.js'],
  ...Object.fromEntries(
    ['accounts', 'sources', 'snapshots', 'drift', 'rules', 'alerts', 'reviews', 'evidence', 'runs'].map(
      (room) => [`src/${room}/some.store.ts`, ['../platform/tx.js']],
    ),
  ),
};

const PACKAGES = {
  dependencies: ['@nestjs/common', 'pg', 'undici', 'zod'],
  devDependencies: ['for-development'],
  undeclared: ['undeclared'],
};

function houseFiles(): Record<string, string> {
  const modules = { ...GOOD, ...Object.fromEntries(BREACHES.map((b) => [b.file, b.imports])) };
  const reachedFrom = (prefix: string): string[] =>
    Object.keys(modules)
      .filter((file) => file.startsWith(prefix) && !file.includes('forgotten') && !file.includes('.spec.'))
      .map((file) => `./${file.slice(prefix.length).replace(/ts$/, 'js')}`)
      .filter((specifier) => !specifier.startsWith('./attic/') && !specifier.startsWith('./generated/'));
  const declared = (names: readonly string[]): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, '1.0.0']));
  const source = (imports: readonly string[]): string =>
    imports.map((specifier) => `import '${specifier}';\n`).join('') + 'export const here = true;\n';
  return {
    'package.json': JSON.stringify({
      name: 'house',
      type: 'module',
      dependencies: declared(PACKAGES.dependencies),
      devDependencies: declared(PACKAGES.devDependencies),
    }),
    'tsconfig.json': JSON.stringify({
      compilerOptions: { module: 'nodenext', moduleResolution: 'nodenext', target: 'es2023' },
    }),
    'src/main.ts': source(reachedFrom('src/')),
    'demo/main.ts': source(reachedFrom('demo/')),
    ...Object.fromEntries(Object.entries(modules).map(([file, imports]) => [file, source(imports)])),
    ...Object.fromEntries(
      Object.values(PACKAGES)
        .flat()
        .flatMap((name) => [
          [`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' })],
          [`node_modules/${name}/index.js`, 'exports.here = true;\n'],
        ]),
    ),
  };
}

interface Cruise {
  readonly summary: {
    readonly violations: readonly { readonly rule: { readonly name: string }; readonly from: string }[];
  };
}

describe('the import rules', () => {
  let house: Fixture;
  let reported: string[];

  beforeAll(() => {
    house = writeFixture(houseFiles());
    const cruise = runTool(house, 'dependency-cruiser/bin/dependency-cruise.mjs', [
      ...['--config', CONFIG, '--output-type', 'json', 'src', 'demo', 'test', 'web'],
    ]) as Cruise;
    reported = cruise.summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
  });
  afterAll(() => house.remove());

  it.each(BREACHES)('$rule bites in $file', ({ rule, file }) => {
    expect(reported).toContain(`${rule}: ${file}`);
  });

  it('leave the files that keep them alone', () => {
    const wrong = BREACHES.map(({ file }) => file);
    expect(reported.filter((line) => !wrong.some((file) => line.endsWith(`: ${file}`)))).toEqual([]);
  });

  it('are all broken above', () => {
    const { forbidden } = jest.requireActual<{ forbidden: { name: string; severity: string }[] }>(CONFIG);
    expect(forbidden.filter(({ severity }) => severity !== 'error')).toEqual([]);
    expect(new Set(BREACHES.map(({ rule }) => rule))).toEqual(new Set(forbidden.map(({ name }) => name)));
  });
});
