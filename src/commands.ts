import { tokenCreateCommand } from './accounts/token-create.command.js';
import { tokenListCommand } from './accounts/token-list.command.js';
import { tokenRevokeCommand } from './accounts/token-revoke.command.js';
import { alertsCommand } from './alerts/alerts.command.js';
import type { Config } from './config.js';
import { activateOnDisk } from './findings/activate-rules.job.js';
import { acknowledgeCommand } from './findings/acknowledge.command.js';
import { checkCommand } from './findings/check.command.js';
import { findingsCommand } from './findings/findings.command.js';
import { waiversCommand } from './findings/waivers.command.js';
import { judgePartsOf } from './judging.js';
import type { CommandContext, CommandSpec } from './platform/command/command.js';
import { messageOf } from './platform/errors.js';
import { driftCommand } from './drift/drift.command.js';
import { evidenceCreateCommand } from './evidence/evidence-create.command.js';
import { evidenceKeyCommand } from './evidence/evidence-key.command.js';
import { reportCommand } from './evidence/report.command.js';
import { verifyCommand } from './evidence/verify.command.js';
import { riskTiersOf } from './rules/risk-tiers.view.js';
import { rulebookOf } from './rulebook.js';
import { type ActivateRules, rulesCommand } from './rules/rules.command.js';
import { AS_SHIPPED } from './rules/rules-config.js';
import { coverageCommand } from './snapshots/coverage.command.js';
import { fsckCommand } from './runs/fsck.command.js';
import { lookupCommand } from './runs/lookup.command.js';
import { resumeCommand } from './runs/resume.command.js';
import { runCommand } from './runs/run.command.js';
import { retentionCommand } from './runs/retention/retention.command.js';
import { serveCommand } from './runs/serve.command.js';
import { statusCommand } from './runs/status.command.js';
import { acceptShrinkCommand } from './snapshots/accept-shrink.command.js';
import { accessCommand } from './snapshots/access.command.js';
import { eraseCommand } from './snapshots/erase.command.js';
import {
  liftLegalHoldCommand,
  listLegalHoldsCommand,
  placeLegalHoldCommand,
} from './snapshots/legal-hold.command.js';
import { snapshotsCommand } from './snapshots/snapshots.command.js';
import { productOf } from './sources/source-config.js';

/** History can be asked without a configuration; risks are then those that ship. */
const tiersOf = async (kind: string, context: CommandContext<Config>) => {
  const config = await context.config().catch((error: unknown) => {
    context.warn(`risk tiers are those that ship: ${messageOf(error)}`);
    return undefined;
  });
  return riskTiersOf(productOf(kind), config?.rules.risk);
};

const activateRules: ActivateRules<Config> = async (context, reason) => {
  const { rules } = await context.config();
  const { db } = await context.openDatabase();
  return activateOnDisk(db, rulebookOf(rules), { actor: context.actor, reason });
};

/** Every command of `rolewatch`, in the order of its help text. */
export const COMMANDS: readonly CommandSpec<Config>[] = [
  runCommand<Config>(judgePartsOf),
  snapshotsCommand,
  driftCommand(tiersOf),
  accessCommand(tiersOf),
  checkCommand(judgePartsOf),
  findingsCommand,
  acknowledgeCommand,
  waiversCommand(judgePartsOf),
  rulesCommand(activateRules),
  alertsCommand,
  coverageCommand,
  statusCommand,
  acceptShrinkCommand,
  resumeCommand,
  lookupCommand,
  eraseCommand,
  retentionCommand,
  placeLegalHoldCommand,
  liftLegalHoldCommand,
  listLegalHoldsCommand,
  reportCommand(tiersOf),
  evidenceCreateCommand(tiersOf),
  evidenceKeyCommand,
  verifyCommand,
  tokenCreateCommand,
  tokenListCommand,
  tokenRevokeCommand,
  fsckCommand(rulebookOf(AS_SHIPPED)),
  serveCommand(async (config, opened, log) => {
    // read when it is wanted: a server and its framework, which no other command needs, take longer to read than most take
    const { AppModule } = await import('./app.module.js');
    return AppModule.forRoot(config, opened, log);
  }),
];
