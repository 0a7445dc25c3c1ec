import { MODULES } from './test/mutation/modules.mjs';

const module = process.env.ROLEWATCH_MUTATION;

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: MODULES[module].mutate,
  // words are for people; examples say which they are
  mutator: { excludedMutations: ['StringLiteral'] },
  testRunner: 'jest',
  jest: { configFile: 'test/mutation/jest.config.mjs', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  // what runs once, when a file is loaded: tables and patterns
  ignoreStatic: true,
  incremental: true,
  incrementalFile: `coverage/mutation/${module}.known.json`,
  concurrency: 2,
  timeoutMS: 10_000,
  ignorePatterns: ['/dist', '/data', '/coverage', '/docs', '/bench', '/docker', '/demo/samples'],
  tempDirName: 'coverage/mutation/tmp',
  reporters: ['json'],
  jsonReporter: { fileName: `coverage/mutation/${module}.json` },
};
