import { Controller, Get } from '@nestjs/common';
import { Answers } from '../platform/http/answer.js';
import { Needs } from '../platform/http/needs.js';
import { configuredRuleset } from './loaded-rules.view.js';
import { rulesAnswer } from './rules-answer.js';
import { RulesInForce } from './rules-config.js';
import { rulesShape } from './rules-shape.js';

@Controller('api/v1/rules')
export class RulesController {
  constructor(private readonly inForce: RulesInForce) {}

  @Get()
  @Needs('rules:read')
  @Answers({ summary: 'The rules that are judged by, and which the site does without', shape: rulesShape })
  async rules(): Promise<object> {
    const ruleset = await configuredRuleset(this.inForce.config);
    return rulesAnswer(ruleset, ruleset.rules);
  }
}
