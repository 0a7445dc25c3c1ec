import { z } from 'zod';
import { rolesWith } from './permissions.js';
import type { Route } from './routes.js';
import { errorShape } from './shape.js';

/** The description of the API, for whoever asks. */
export class ApiDocument {
  constructor(readonly content: object) {}
}

const DESCRIPTION =
  'Who can do what in a fleet, what changed, when and why. Times are ISO 8601. Each answer is what the command of the same name prints with --json. Every request needs a token: rolewatch accounts token create.';

/** OpenAPI 3.1, made of what checks requests and shapes answers: the two cannot disagree. */
export function openApiOf(routes: readonly Route[]): object {
  const described = routes.filter(({ answer }) => answer !== undefined);
  const paths: Record<string, Record<string, object>> = {};
  for (const route of described) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operation(route) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Rolewatch',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'rw_<prefix>_<secret>' } },
      schemas: { Error: jsonSchema(errorShape, 'output') },
    },
  };
}

function operation({ method, path, need, answer, query, body, params }: Route): object {
  const permission = need?.permission ?? null;
  return {
    operationId: operationId(method, path),
    summary: answer?.summary,
    ...(permission !== null && {
      description: `Needs ${permission}: a token of the role ${rolesWith(permission).join(', ')}${need?.allSources === true ? ', not limited to sources' : ''}.`,
    }),
    parameters: [...pathParameters(path, params), ...queryParameters(query)],
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(body, 'input') } } },
    }),
    responses: {
      [String(answer?.status ?? 200)]: { description: answer?.summary, content: contentOf(answer) },
      default: {
        description: 'What went wrong, and what would be right',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function contentOf(answer: Route['answer']): object {
  if (answer?.shape !== undefined)
    return { 'application/json': { schema: jsonSchema(answer.shape, 'output') } };
  return Object.fromEntries((answer?.types ?? []).map((type) => [type, {}]));
}

function pathParameters(path: string, params: Route['params']): object[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => {
    const schema = params.get(name);
    return {
      name,
      in: 'path',
      required: true,
      schema: schema === undefined ? { type: 'string' } : jsonSchema(schema, 'input'),
    };
  });
}

function queryParameters(query: z.ZodObject | undefined): object[] {
  return Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: jsonSchema(schema as z.ZodType, 'input'),
  }));
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  // what goes out may grow a field: a client that refuses it would break without need
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema: made }) => tidy(made, io),
  });
  return rest;
}

/** Leaves out what says nothing: what a format says already, and the bounds of JavaScript's numbers. */
function tidy(made: z.core.JSONSchema.BaseSchema, io: 'input' | 'output'): void {
  if (io === 'output' && made.additionalProperties === false) delete made.additionalProperties;
  if (made.format === 'date-time') delete made.pattern;
  if (made.minimum === Number.MIN_SAFE_INTEGER) delete made.minimum;
  if (made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum;
}

/** `getSourcesSourceDrift` */
function operationId(method: string, path: string): string {
  const words = path
    .replace('/api/v1', '')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
