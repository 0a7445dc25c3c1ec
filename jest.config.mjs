/** @type {import('jest').Config} */
const base = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json'],
  // sources import './thing.js' as Node wants it; under test the file is thing.ts
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': ['$1', '$1.js'],
    // names an entry for `import` only, and tests run as CommonJS
    '^canonicalize$': '<rootDir>/node_modules/canonicalize/lib/canonicalize.js',
  },
  // build output and mutants are second copies of everything; a data folder belongs to a running server
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/coverage/', '<rootDir>/data/'],
  transform: { '\\.(ts|js|mjs)$': '<rootDir>/test/jest-transform.cjs' },
  transformIgnorePatterns: [],
};

/** These share one PostgreSQL server for the whole run; every test file makes its own database in it. */
const withDatabase = {
  ...base,
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
};

const minutes = (n) => n * 60_000;

/** The long tier of the faults repeats one thing hundreds of times within a test. */
const long = process.env.ROLEWATCH_FAULTS === 'long';

/** @type {import('jest').Config} */
export default {
  // one more than the cores of a small machine: many tests wait for something
  maxWorkers: 3,
  // whole processes and servers are started; jest heeds it only here, not in a project
  testTimeout: minutes(long ? 60 : 2),
  workerIdleMemoryLimit: '768MB',
  projects: [
    {
      ...base,
      displayName: 'small',
      testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/demo/**/*.spec.ts'],
    },
    {
      ...withDatabase,
      displayName: 'medium',
      testMatch: ['<rootDir>/test/medium/**/*.spec.ts'],
    },
    {
      ...withDatabase,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/e2e/**/*.spec.ts'],
    },
    {
      ...withDatabase,
      displayName: 'faults',
      // a short tier by default; `npm run test:faults` sets ROLEWATCH_FAULTS=long. What the short tier leaves out here is
      // thrown at every run of the tests by test/medium/pipeline/faults.spec.ts, one of each kind
      testPathIgnorePatterns: long ? [] : ['/test/faults/u0[123567]-', '/test/faults/u1'],
      testMatch: ['<rootDir>/test/faults/**/*.spec.ts'],
    },
    {
      ...base,
      displayName: 'house',
      testMatch: ['<rootDir>/test/house/**/*.spec.ts'],
    },
  ],
};
