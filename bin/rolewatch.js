#!/usr/bin/env node
/** What keeps the program itself from being read, in words; anything else is not for here. */
const REASONS = {
  ERR_MODULE_NOT_FOUND: 'the program is not complete: run "npm ci", which also builds it',
  EMFILE: 'too many open files: this process may open too few (ulimit -n; 256 are enough)',
  ENFILE: 'too many open files on this machine',
};

try {
  await import('../dist/src/cli.js');
} catch (error) {
  const reason = REASONS[error?.code];
  if (reason === undefined) throw error;
  process.stderr.write(`rolewatch: ${reason} (${error.message.split('\n')[0]})\n`);
  process.exitCode = 1;
}
