import { AppModule } from './app.module.js';
import { alertsCommand } from './alerts/alerts.command.js';
import type { Config } from './config.js';
import type { CommandSpec } from './platform/command/command.js';
import { driftCommand } from './drift/drift.command.js';
import { riskTiersOf } from './rules/risk-tiers.view.js';
import { coverageCommand } from './runs/coverage.command.js';
import { fsckCommand } from './runs/fsck.command.js';
import { lookupCommand } from './runs/lookup.command.js';
import { resumeCommand } from './runs/resume.command.js';
import { runCommand } from './runs/run.command.js';
import { serveCommand } from './runs/serve.command.js';
import { acceptShrinkCommand } from './snapshots/accept-shrink.command.js';
import { accessCommand } from './snapshots/access.command.js';
import { eraseCommand } from './snapshots/erase.command.js';
import { snapshotsCommand } from './snapshots/snapshots.command.js';
import { productOf } from './sources/source-config.js';

const tiersOf = (kind: string) => riskTiersOf(productOf(kind));

/** Every command of `rolewatch`, in the order of its help text. */
export const COMMANDS: readonly CommandSpec<Config>[] = [
  runCommand,
  snapshotsCommand,
  driftCommand(tiersOf),
  accessCommand(tiersOf),
  alertsCommand,
  coverageCommand,
  acceptShrinkCommand,
  resumeCommand,
  lookupCommand,
  eraseCommand,
  fsckCommand,
  serveCommand((config, opened, log) => AppModule.forRoot(config, opened, log)),
];
