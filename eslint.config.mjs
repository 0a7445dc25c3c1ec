import { builtinModules } from 'node:module';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const TYPESCRIPT = ['**/*.ts'];
const JAVASCRIPT = ['**/*.{js,mjs,cjs}'];
const TESTS = ['test/**/*.ts', '**/*.spec.ts'];
/** What users run, tests aside. */
const PRODUCT = ['src/**/*.ts', 'demo/**/*.ts', 'bench/**/*.ts'];
const ENTRIES = ['src/*.ts'];
/** `thing.ts`, or any suffix that promises nothing else: it computes. Not plumbing and entries: docs/decisions/0015. */
const PURE = {
  files: ['src/**/*.ts'],
  ignores: [
    'src/**/*.{store,view,client,job,command,controller,module,spec}.ts',
    'src/platform/**',
    ...ENTRIES,
  ],
};
/** Read by a tool that asks for a default export. */
const TOOL_MODULES = ['*.config.{mjs,ts}', 'test/support/global-*.mjs'];

const NO_DEFAULT_EXPORT = [
  {
    selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"]',
    message: 'Export by name: one thing has one name wherever it is imported.',
  },
];
const HOUSE_SYNTAX = [
  {
    selector: 'TSEnumDeclaration',
    message: 'Use a const array and the union of its members (see access/model.ts).',
  },
  {
    selector: 'MemberExpression[property.name=/^\\$(query|execute)RawUnsafe$/]',
    message: 'SQL takes parameters; text built from data never reaches the database.',
  },
  {
    selector: 'MemberExpression[computed=true][property.value=/^\\$(query|execute)RawUnsafe$/]',
    message: 'SQL takes parameters; text built from data never reaches the database.',
  },
  {
    selector: 'CallExpression[callee.object.name="Prisma"][callee.property.name="raw"]',
    message: 'SQL takes parameters; text built from data never reaches the database.',
  },
];
const PURE_SYNTAX = [
  {
    selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
    message: 'A pure file is told the time.',
  },
  {
    selector: 'CallExpression[callee.name="Date"]',
    message: 'A pure file is told the time.',
  },
  {
    selector: 'MemberExpression[object.name="Date"][property.name="now"]',
    message: 'A pure file is told the time.',
  },
  {
    selector: 'MemberExpression[object.name="Math"][property.name="random"]',
    message: 'A pure file gives the same answer to the same question.',
  },
  {
    // its types may be named in a port
    selector: 'CallExpression[callee.property.name=/^(query|execute|copy|transaction)$/]',
    message: 'Whoever asks the database is called thing.view.ts or thing.store.ts.',
  },
];
const PURE_GLOBALS = [
  'process',
  'performance',
  'fetch',
  'crypto',
  'setTimeout',
  'setInterval',
  'setImmediate',
  // by which all of them can be had
  'globalThis',
  'global',
];
const RANDOM = ['randomBytes', 'randomFill', 'randomFillSync', 'randomInt', 'randomUUID'];

/** `fs` may be a package of somebody's, `node:fs` cannot. */
const BARE_BUILTINS = builtinModules
  .filter((name) => !name.startsWith('_') && !name.includes(':'))
  .map((name) => ({ name, message: `Import 'node:${name}'.` }));

/** Mistakes that the compiler lets through. */
const CORRECTNESS = {
  // x == null is the one short way to say "null or undefined"
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-async-promise-executor': 'error',
  'no-cond-assign': 'error',
  'no-constant-binary-expression': 'error',
  'no-debugger': 'error',
  'no-empty': ['error', { allowEmptyCatch: false }],
  'no-eval': 'error',
  'no-irregular-whitespace': 'error',
  'no-loss-of-precision': 'error',
  'no-misleading-character-class': 'error',
  'no-new-func': 'error',
  'no-param-reassign': 'error',
  'no-prototype-builtins': 'error',
  'no-self-compare': 'error',
  'no-sparse-arrays': 'error',
  'no-template-curly-in-string': 'error',
  'no-unmodified-loop-condition': 'error',
  'no-unsafe-finally': 'error',
  'no-unsafe-optional-chaining': 'error',
  'no-useless-backreference': 'error',
  'no-useless-catch': 'error',
  'no-useless-escape': 'error',
  'no-restricted-imports': ['error', { paths: BARE_BUILTINS }],
};

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'data/', 'src/generated/'] },
  {
    name: 'house/no-exceptions',
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' },
    rules: CORRECTNESS,
  },
  {
    name: 'house/typescript',
    files: TYPESCRIPT,
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['prisma.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      // a type alias with an index signature is JSON; an interface is not assignable to it
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      // Nest declares its options as classes and documents them as object literals
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // a framework calls decorated classes and asynchronous methods that have nothing in them
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      'no-restricted-syntax': ['error', ...NO_DEFAULT_EXPORT, ...HOUSE_SYNTAX],
    },
  },
  {
    name: 'house/product',
    files: PRODUCT,
    ignores: TESTS,
    rules: {
      'max-lines': ['error', { max: 350 }],
      'max-lines-per-function': ['error', { max: 60 }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
    },
  },
  {
    // printing belongs to the entries and to the demo; everything else logs, or returns what is to be shown
    name: 'house/quiet',
    files: ['src/**/*.ts'],
    ignores: [...ENTRIES, ...TESTS],
    rules: { 'no-console': 'error' },
  },
  {
    name: 'house/pure',
    ...PURE,
    rules: {
      'no-restricted-syntax': ['error', ...NO_DEFAULT_EXPORT, ...HOUSE_SYNTAX, ...PURE_SYNTAX],
      'no-restricted-globals': [
        'error',
        ...PURE_GLOBALS.map((name) => ({ name, message: 'A pure file has no effects.' })),
      ],
      'no-restricted-imports': [
        'error',
        { paths: [...BARE_BUILTINS, { name: 'node:crypto', importNames: RANDOM }] },
      ],
    },
  },
  {
    name: 'house/tests',
    files: TESTS,
    rules: {
      // answers of the API and of the database are looked into as they come
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // a wrong guess fails the test, which is what a test is for
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
      // numbers that JavaScript cannot hold are among the things tested
      'no-loss-of-precision': 'off',
    },
  },
  {
    name: 'house/javascript',
    files: JAVASCRIPT,
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: globals.node },
    rules: {
      'no-undef': 'error',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-restricted-syntax': ['error', ...NO_DEFAULT_EXPORT],
    },
  },
  { name: 'house/commonjs', files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs' } },
  { name: 'house/tool-modules', files: TOOL_MODULES, rules: { 'no-restricted-syntax': 'off' } },
);
