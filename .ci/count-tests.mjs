/** `node count-tests.mjs REPORT STATUS`: "passed failed" from Jest's JSON report and the status it exited with. */
import { readFileSync } from 'node:fs';

const [file, status] = process.argv.slice(2);
const report = JSON.parse(readFileSync(file, 'utf8'));
// a file that could not be run has no tests to count
const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
const unexplained = failed === 0 && (status !== '0' || report.numPassedTests === 0);
console.log(`${report.numPassedTests} ${failed + (unexplained ? 1 : 0)}`);
