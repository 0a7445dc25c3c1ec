#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

/** What keeps the program itself from being read, in words; anything else is not for here. */
const REASONS = {
  ERR_MODULE_NOT_FOUND: 'the program is not complete: run "npm ci", which also builds it',
  EMFILE: 'too many open files: this process may open too few (ulimit -n; 1024 are enough)',
  ENFILE: 'too many open files on this machine',
};

try {
  await import('../dist/src/cli.js');
} catch (error) {
  const reason = REASONS[codeOf(error)];
  if (reason === undefined) throw error;
  process.stderr.write(`rolewatch: ${reason} (${error.message.split('\n')[0]})\n`);
  process.exitCode = 1;
}

/** Node looks for a package by opening its files: where it may open no more, it says that what is there is not. */
function codeOf(error) {
  const [, what, path] = /^Cannot find (package|module) '([^']+)'/.exec(error?.message) ?? [];
  const place = what === 'package' ? join(dirname(path), 'package.json') : path;
  return place !== undefined && isAbsolute(place) && existsSync(place) ? 'EMFILE' : error?.code;
}
