/**
 * Runs the small tests of one module for Stryker, all in one process: files are loaded once, and a mutant is switched on
 * while the tests that reach it run. A runner that starts Jest for each mutant takes a hundred times as long.
 */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { relative, resolve } from 'node:path';
import { declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { determineHitLimitReached, toMutantRunResult } from '@stryker-mutator/api/test-runner';
import { expect } from 'expect';
import { MODULES } from './modules.mjs';

/** What instrumented code looks at, and where it notes which test reached which mutant. */
const instruments = (globalThis.__stryker__ ??= {});
const [PASSED, FAILED] = [0, 1];

class SmallTests {
  /** @type {{ id: string, name: string, run: () => unknown }[]} */
  tests = [];
  /** Run once, before the tests: nothing that these prepare depends on a mutant. */
  preparations = [];

  capabilities() {
    return { reloadEnvironment: false };
  }

  async init() {
    const require = createRequire(resolve('package.json'));
    require(resolve('test/support/typescript.cjs'));
    // the same histories for every mutant, and no search for the smallest: a score must not be luck
    require('fast-check').configureGlobal({ seed: 1, numRuns: 30, endOnFailure: true });
    for (const file of filesBelow('src').filter(isTestOf(process.env.ROLEWATCH_MUTATION))) {
      this.offer(file);
      require(resolve(file));
    }
    for (const prepare of this.preparations) await prepare();
  }

  /** The words that a test file is written in. */
  offer(file) {
    const names = [file];
    const test = (name, run) => {
      this.tests.push({ id: String(this.tests.length), name: [...names, name].join(' › '), run });
    };
    const within = (name, define) => {
      names.push(name);
      define();
      names.pop();
    };
    const each = (declare) => (rows) => (name, run) =>
      rows.forEach((row) => declare(name, () => run(...(Array.isArray(row) ? row : [row]))));
    Object.assign(globalThis, {
      expect,
      it: Object.assign(test, { each: each(test) }),
      describe: Object.assign(within, { each: each(within) }),
      beforeAll: (prepare) => this.preparations.push(prepare),
    });
  }

  async dryRun() {
    instruments.mutantCoverage ??= { static: {}, perTest: {} };
    const tests = [];
    for (const test of this.tests) {
      instruments.currentTestId = test.id;
      tests.push(await outcomeOf(test));
    }
    instruments.currentTestId = undefined;
    return { status: 'complete', tests, mutantCoverage: instruments.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit }) {
    Object.assign(instruments, { activeMutant: activeMutant.id, hitLimit, hitCount: hitLimit && 0 });
    const tests = [];
    const chosen = this.tests.filter(({ id }) => testFilter?.includes(id) ?? true);
    // what no test was run on has not survived anything
    if (testFilter && chosen.length < testFilter.length)
      throw new Error('a test that was asked for is not there');
    for (const test of chosen) {
      tests.push(await outcomeOf(test));
      if (tests.at(-1).status === FAILED) break;
    }
    const endless = determineHitLimitReached(instruments.hitCount, instruments.hitLimit);
    Object.assign(instruments, { activeMutant: undefined, hitLimit: undefined, hitCount: undefined });
    return toMutantRunResult(endless ?? { status: 'complete', tests });
  }
}

async function outcomeOf({ id, name, run }) {
  const started = performance.now();
  const outcome = (rest) => ({ id, name, timeSpentMs: performance.now() - started, ...rest });
  try {
    await run();
    return outcome({ status: PASSED });
  } catch (error) {
    return outcome({ status: FAILED, failureMessage: String(error) });
  }
}

const isTestOf = (module) => (file) => MODULES[module].tests.some((tests) => tests.test(file));

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative('.', resolve(entry.parentPath, entry.name)))
    .sort((a, b) => cost(a) - cost(b));
}

/** Examples are quick, and notice most: they go first. */
const cost = (file) => (file.includes('.property.') ? 1 : 0);

export const strykerPlugins = [
  declareFactoryPlugin(
    PluginKind.TestRunner,
    'small-tests',
    Object.assign(() => new SmallTests(), { inject: [] }),
  ),
];
