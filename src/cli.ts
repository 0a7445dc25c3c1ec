import { COMMANDS } from './commands.js';
import { loadConfig } from './config.js';
import { runCommandLine } from './platform/command/run-command-line.js';
import { programVersion } from './platform/command/version.js';
import { openDatabase } from './platform/open-database.js';
import { keepHeapSteady } from './platform/steady-heap.js';

keepHeapSteady();
const ended = runCommandLine({
  commands: COMMANDS,
  version: programVersion(),
  argv: process.argv.slice(2),
  streams: process,
  loadConfig,
  openDatabase: (dataDir) => openDatabase({ dataDir }),
});
// set, not forced: what is still being written goes out first
void ended.then((exitCode) => {
  process.exitCode = exitCode;
  // a connection that nobody answers must not keep what has ended
  setTimeout(() => process.exit(), 3_000).unref();
});
