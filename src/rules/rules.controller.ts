import { Controller, Get, Param } from '@nestjs/common';
import { Answers } from '../platform/http/answer.js';
import { Needs } from '../platform/http/needs.js';
import { ruleJsonSchema } from './language/json-schema.js';
import { lintShape, ruleShape, rulesShape, schemaShape, testsShape } from './rules-shape.js';
import { ServeRules } from './serve-rules.job.js';

/** What the files say; what is in force is the business of findings. */
@Controller('api/v1/rules')
export class RulesController {
  constructor(private readonly rules: ServeRules) {}

  @Get()
  @Needs('rules:read')
  @Answers({ summary: 'The rules of the files, and which the site does without', shape: rulesShape })
  list(): Promise<object> {
    return this.rules.list();
  }

  @Get('test')
  @Needs('rules:read')
  @Answers({ summary: 'What the tests that stand in the files of rules say', shape: testsShape })
  test(): Promise<object> {
    return this.rules.test();
  }

  @Get('lint')
  @Needs('rules:read')
  @Answers({ summary: 'What is probably a mistake in a rule', shape: lintShape })
  lint(): Promise<object> {
    return this.rules.lint();
  }

  @Get('schema')
  @Needs('rules:read')
  @Answers({ summary: 'The JSON Schema by which editors check files of rules', shape: schemaShape })
  schema(): object {
    return ruleJsonSchema();
  }

  // the last: a rule's id may be any word
  @Get(':rule')
  @Needs('rules:read')
  @Answers({ summary: 'One rule, with all that its file says', shape: ruleShape })
  show(@Param('rule') rule: string): Promise<object> {
    return this.rules.show(rule);
  }
}
