import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT, writeFixture } from './fixture.js';

/** What .ci/run reports must not look better than what happened. */
function count(report: string, status: string): string {
  const fixture = writeFixture({ 'report.json': report });
  const script = join(PROJECT, '.ci/count-tests.mjs');
  const run = spawnSync(process.execPath, [script, join(fixture.folder, 'report.json'), status], {
    encoding: 'utf8',
  });
  fixture.remove();
  return run.status === 0 ? run.stdout.trim() : 'no count';
}
const report = (passed: number, failed: number, brokenFiles: number): string =>
  JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    numRuntimeErrorTestSuites: brokenFiles,
  });

describe('counting tests', () => {
  it.each([
    ['all passed', report(12, 0, 0), '0', '12 0'],
    ['some failed', report(12, 3, 0), '1', '12 3'],
    ['a file that does not compile', report(12, 0, 1), '1', '12 1'],
    ['a bad exit that no test explains', report(12, 0, 0), '1', '12 1'],
    ['nothing was run', report(0, 0, 0), '0', '0 1'],
    ['no report', '', '1', 'no count'],
  ])('%s', (_name, text, status, expected) => {
    expect(count(text, status)).toBe(expected);
  });
});
