import { randomUUID } from 'node:crypto';
import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  NotFoundException,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { RolewatchError } from '../errors.js';
import { Log } from '../log.js';
import { statusOf } from './status-of.js';

/** What is said of an error, in the form that the command line has for it. */
interface Told {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Of what should not happen: the log has the error under it. */
  readonly requestId?: string;
}

const WORDS: Readonly<Record<number, string>> = {
  400: 'usage',
  404: 'unknown-path',
  413: 'too-large',
  503: 'unavailable',
};

/** A source's own words, and a moment that will pass: somebody can act on them. */
const TOLD = [502, 503];

/** Answers every error as JSON. What a person cannot act on is not described to them: the log has it. */
@Catch()
export class ErrorsFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const [request, response] = [http.getRequest<Request>(), http.getResponse<Response>()];
    const methods = isUnknownPath(error) ? methodsAt(request) : [];
    const { status, ...told } = methods.length > 0 ? notFor(request, methods) : this.tell(error, request);
    if (response.headersSent) {
      // half an answer must not look like a whole one
      response.destroy();
      return;
    }
    if (status === 401) response.setHeader('www-authenticate', 'Bearer realm="rolewatch"');
    if (status === 405) response.setHeader('allow', methods.join(', '));
    if (status === 429) response.setHeader('retry-after', '60');
    response.status(status).json({ error: told });
  }

  private tell(error: unknown, { method }: Request): Told {
    if (error instanceof RolewatchError) {
      const status = statusOf(error.code);
      if (status < 500 || TOLD.includes(status)) return { status, code: error.code, message: error.message };
    } else if (error instanceof HttpException && error.getStatus() !== 500) {
      const status = error.getStatus();
      return { status, code: WORDS[status] ?? 'refused', message: worded(status, error.message) };
    }
    const requestId = randomUUID();
    this.log.error('a request failed', { requestId, method, error });
    return { status: 500, code: 'internal', message: 'this should not happen: the log says more', requestId };
  }
}

/** The frameworks' own words, put so that they say what would be right, and not at any length. */
function worded(status: number, message: string): string {
  const said = message.length > 200 ? `${message.slice(0, 200)}…` : message;
  if (status === 413) return 'the body is larger than 64 KiB';
  if (status === 404) return `${said}: there is no such path; /api/v1/openapi.json lists them`;
  if (status !== 400) return said;
  if (said.startsWith('Failed to decode param')) return `the address is not well encoded (${said})`;
  return `the body cannot be read as a JSON object (${said})`;
}

function isUnknownPath(error: unknown): boolean {
  return error instanceof NotFoundException;
}

function notFor({ method, path }: Request, methods: readonly string[]): Told {
  const message = `${method} is not for ${path}; there is ${methods.join(', ')}`;
  return { status: 405, code: 'unknown-method', message };
}

/** As Express keeps routes: what it answers is asked, so that nothing is said twice. */
interface RouteLayer {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/** With which methods there would be an answer at this path. */
function methodsAt({ app, path }: Request): string[] {
  const { stack } = app.router as unknown as { readonly stack: readonly RouteLayer[] };
  const routes = stack.flatMap((layer) =>
    layer.route !== undefined && layer.match(path) ? [layer.route] : [],
  );
  const methods = new Set(routes.flatMap((route) => Object.keys(route.methods)));
  return [...methods]
    .filter((method) => method !== '_all')
    .map((method) => method.toUpperCase())
    .sort();
}
