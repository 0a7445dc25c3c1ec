/** The simulated EPMM server: node:http on loopback, the V2 calls that read admins, and faults on demand. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer } from './answers.js';
import type { Call, Stream } from './answers.js';
import type { Estate } from './estate.js';
import { rowsFrom } from './listing.js';
import type { Listing } from './listing.js';
import { Reply } from './reply.js';
import { BadRequest, readCall } from './request.js';
import { respelled } from './spelling.js';

export interface EpmmServerOptions {
  /** What stands before `/api/v2`: `/rest` on Connected Cloud. */
  readonly basePath?: string;
  readonly username?: string;
  readonly password?: string;
  /** 0: any free port. */
  readonly port?: number;
}

/** One request as it arrived; kept for tests, newest last. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Whether it carried credentials of any kind. */
  readonly authorised: boolean;
}

/** Something that goes wrong. Each method sees the answer at another stage; a fault has one or more of them. */
export interface Fault {
  readonly name: string;
  /** Before anything is looked up: changes what is asked for, or the estate. */
  ask?(call: Call, server: EpmmServer): void;
  /** All rows that match, before they are paged and counted. */
  list?(listing: Listing, call: Call): Listing;
  /** The page. */
  answer?(reply: Reply, call: Call): void;
}

/** Which requests a fault hits; what is absent does not matter. */
export interface When {
  readonly stream?: Stream;
  readonly space?: string;
  /** 0 is the first page: the one with offset 0. */
  readonly page?: number;
  /** Of the requests that match the rest, the first one hit (1, 2, 3 …). */
  readonly from?: number;
  /** How many are hit from there on. */
  readonly times?: number;
}

interface Injection {
  readonly fault: Fault;
  readonly when: When;
  seen: number;
}

export class EpmmServer {
  readonly estate: Estate;
  readonly username: string;
  readonly basePath: string;
  password: string;
  /** Set: everything is answered in another spelling; equal seeds, equal answers. */
  spelling: number | null = null;
  /** False: the account lost the role that reading needs, and everything but ping is refused. */
  accountMayRead = true;
  readonly requests: LoggedRequest[] = [];
  readonly #server: Server;
  #injections: Injection[] = [];
  #port = 0;

  private constructor(estate: Estate, options: EpmmServerOptions) {
    this.estate = estate;
    this.username = options.username ?? 'auditor';
    this.password = options.password ?? 'correct horse battery staple';
    this.basePath = options.basePath ?? '';
    this.#server = createServer((request, response) => void this.#handle(request, response));
  }

  static async start(estate: Estate, options: EpmmServerOptions = {}): Promise<EpmmServer> {
    const server = new EpmmServer(estate, options);
    await server.#listen(options.port ?? 0);
    return server;
  }

  /** Scheme, host and port, without the base path. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Lets a fault happen until `heal`. Several may hit one request; they apply in the order of injection. */
  inject(fault: Fault, when: When = {}): void {
    this.#injections.push({ fault, when, seen: 0 });
  }

  /** Takes all faults back; what they did to the estate stays. */
  heal(): void {
    this.#injections = [];
  }

  /** Connections are refused from now on; the port is kept in mind for `resume`. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  /** Listens on the same port again. */
  async resume(): Promise<void> {
    if (!this.#server.listening) await this.#listen(this.#port);
  }

  async #listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    const url = new URL(request.url ?? '/', this.url);
    this.#log(request, url);
    await this.#reply(request, url).send(response);
  }

  #log(request: IncomingMessage, url: URL): void {
    this.requests.push({
      method: request.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      authorised: request.headers.authorization !== undefined,
    });
  }

  #reply(request: IncomingMessage, url: URL): Reply {
    if (!this.#knows(request.headers.authorization)) return unauthorised();
    try {
      const path = url.pathname.startsWith(`${this.basePath}/`)
        ? url.pathname.slice(this.basePath.length)
        : '';
      const call = readCall(this.estate, request.method ?? '', path, url.searchParams);
      if (!this.accountMayRead && call.stream !== 'ping') return Reply.error(403, 'You may not do this.');
      return this.#answer(call);
    } catch (error) {
      if (error instanceof BadRequest) return Reply.error(error.status, error.message);
      throw error;
    }
  }

  #knows(authorization: string | undefined): boolean {
    const expected = Buffer.from(`${this.username}:${this.password}`).toString('base64');
    return authorization === `Basic ${expected}`;
  }

  #answer(call: Call): Reply {
    const faults = this.#injections.filter((injection) => hits(injection, call)).map(({ fault }) => fault);
    for (const fault of faults) fault.ask?.(call, this);
    let listing = answer(this.estate, call);
    if (this.spelling !== null) listing = respelled(listing, this.spelling);
    for (const fault of faults) listing = fault.list?.(listing, call) ?? listing;
    const reply = page(listing, call);
    for (const fault of faults) fault.answer?.(reply, call);
    return reply;
  }
}

/** Counts the request where the rest matches. */
function hits(injection: Injection, call: Call): boolean {
  const { when } = injection;
  if (when.stream !== undefined && when.stream !== call.stream) return false;
  if (when.space !== undefined && when.space !== call.space) return false;
  if (when.page !== undefined && when.page !== pageOf(call)) return false;
  const nth = ++injection.seen;
  const from = when.from ?? 1;
  return nth >= from && nth < from + (when.times ?? Infinity);
}

/** Which page a call asks for, counted in its own limit. */
export function pageOf(call: Call): number {
  return call.limit === 0 ? 0 : Math.floor(call.offset / call.limit);
}

function page(listing: Listing, call: Call): Reply {
  const reply = new Reply();
  if (call.stream === 'ping') {
    reply.whole = JSON.stringify({ results: listing.at(0) });
    return reply;
  }
  const resultCount = Math.max(0, Math.min(call.limit, listing.size - call.offset));
  reply.rows = rowsFrom(listing, call.offset, call.limit);
  reply.counts = { totalCount: listing.size, resultCount };
  if (call.stream === 'device_spaces') reply.counts['hasMore'] = call.offset + resultCount < listing.size;
  return reply;
}

function unauthorised(): Reply {
  const reply = Reply.error(401, 'Sign in first.');
  reply.headers['www-authenticate'] = 'Basic realm="simulated EPMM"';
  return reply;
}
