import jestConfig from '../../jest.config.mjs';
import { MODULES } from './modules.mjs';

const { displayName: _, ...small } = jestConfig.projects.find(({ displayName }) => displayName === 'small');

/** The small tests of one module, named by ROLEWATCH_MUTATION. */
export default {
  ...small,
  setupFiles: ['<rootDir>/test/mutation/setup.ts'],
  testMatch: MODULES[process.env.ROLEWATCH_MUTATION].tests.map((tests) => `<rootDir>/${tests}`),
};
