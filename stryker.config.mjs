import { MODULES } from './test/mutation/modules.mjs';

const module = process.env.ROLEWATCH_MUTATION;

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: MODULES[module].mutate,
  // words are for people; examples say which they are
  mutator: { excludedMutations: ['StringLiteral'] },
  // what runs once, when a file is loaded: tables and patterns
  ignoreStatic: true,
  plugins: ['./test/mutation/runner.mjs'],
  testRunner: 'small-tests',
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // what never ends counts as noticed; on a busy machine, what is merely slow must not
  timeoutMS: 60_000,
  ignorePatterns: ['/dist', '/data', '/coverage', '/bench', '/docker', '/demo/samples'],
  tempDirName: 'coverage/mutation/tmp',
  reporters: ['json'],
  jsonReporter: { fileName: `coverage/mutation/${module}.json` },
};
