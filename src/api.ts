import type { Type } from '@nestjs/common';
import { ActionsController } from './accounts/actions.controller.js';
import { OpenApiController } from './accounts/openapi.controller.js';
import { TokensController } from './accounts/tokens.controller.js';
import { AcknowledgementsController } from './alerts/acknowledgements.controller.js';
import { AlertsController } from './alerts/alerts.controller.js';
import { DriftController } from './drift/drift.controller.js';
import { EvidenceController } from './evidence/evidence.controller.js';
import { FindingsController } from './findings/findings.controller.js';
import { JudgingController } from './findings/judging.controller.js';
import { RulesetController } from './findings/ruleset.controller.js';
import { openApiOf } from './platform/http/openapi.js';
import { routesOf } from './platform/http/routes.js';
import { RulesController } from './rules/rules.controller.js';
import { RetentionController } from './runs/retention/retention.controller.js';
import { SourcesController } from './runs/sources.controller.js';
import { LegalHoldsController } from './snapshots/legal-holds.controller.js';
import { PeopleController } from './snapshots/people.controller.js';
import { SnapshotsController } from './snapshots/snapshots.controller.js';

/** What answers under /api/v1, in the order of its description; runs/ brings its own itself. */
export const API: readonly Type<object>[] = [
  SourcesController,
  RetentionController,
  SnapshotsController,
  LegalHoldsController,
  PeopleController,
  DriftController,
  FindingsController,
  JudgingController,
  // before the rules: there, the last word of a path may be any rule's
  RulesetController,
  RulesController,
  AlertsController,
  AcknowledgementsController,
  EvidenceController,
  ActionsController,
  TokensController,
  OpenApiController,
];

/** docs/openapi.json */
export function apiDocument(): object {
  return openApiOf(routesOf(API));
}
