/** The simulated EPMM server: the V2 calls that read admins. */
import type { IncomingMessage } from 'node:http';
import { answer } from './answers.js';
import type { Call } from './answers.js';
import type { Estate } from './estate.js';
import { rowsFrom } from './listing.js';
import type { Listing } from './listing.js';
import { Reply } from './reply.js';
import { BadRequest, readCall } from './request.js';
import { SimulatedServer } from './simulated-server.js';
import { respelled } from './spelling.js';

export interface EpmmServerOptions {
  /** What stands before `/api/v2`: `/rest` on Connected Cloud. */
  readonly basePath?: string;
  readonly username?: string;
  readonly password?: string;
  /** 0: any free port. */
  readonly port?: number;
}

export class EpmmServer extends SimulatedServer {
  readonly estate: Estate;
  readonly username: string;
  readonly basePath: string;
  password: string;
  /** Set: everything is answered in another spelling; equal seeds, equal answers. */
  spelling: number | null = null;
  /** False: the account lost the role that reading needs, and everything but ping is refused. */
  accountMayRead = true;

  private constructor(estate: Estate, options: EpmmServerOptions) {
    super();
    this.estate = estate;
    this.username = options.username ?? 'auditor';
    this.password = options.password ?? 'correct horse battery staple';
    this.basePath = options.basePath ?? '';
  }

  static async start(estate: Estate, options: EpmmServerOptions = {}): Promise<EpmmServer> {
    const server = new EpmmServer(estate, options);
    await server.listen(options.port ?? 0);
    return server;
  }

  protected reply(request: IncomingMessage, url: URL): Reply {
    if (!this.#knows(request.headers.authorization)) return unauthorised();
    try {
      const path = url.pathname.startsWith(`${this.basePath}/`)
        ? url.pathname.slice(this.basePath.length)
        : '';
      const call = readCall(this.estate, request.method ?? '', path, url.searchParams);
      if (!this.accountMayRead && call.stream !== 'ping') return Reply.error(403, 'You may not do this.');
      return this.answered(call, { list: () => this.#rows(call), page: (listing) => page(listing, call) });
    } catch (error) {
      if (error instanceof BadRequest) return Reply.error(error.status, error.message);
      throw error;
    }
  }

  #knows(authorization: string | undefined): boolean {
    const expected = Buffer.from(`${this.username}:${this.password}`).toString('base64');
    return authorization === `Basic ${expected}`;
  }

  #rows(call: Call): Listing {
    const listing = answer(this.estate, call);
    return this.spelling === null ? listing : respelled(listing, this.spelling);
  }
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
