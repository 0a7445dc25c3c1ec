/** What the simulated servers have in common: node:http on loopback, and faults on demand. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Listing } from './listing.js';
import type { Reply } from './reply.js';

/** What one request asks for. A fault may change it before it is answered. */
export interface Asked {
  /** The list. */
  readonly stream: string;
  /** The device space asked for, or '' where the list belongs to the server. */
  readonly space: string;
  offset: number;
  limit: number;
}

/** Something that goes wrong. Each method sees the answer at another stage; a fault has one or more of them. */
export interface Fault {
  readonly name: string;
  /** Before anything is looked up: changes what is asked for, or the estate. */
  ask?(call: Asked): void;
  /** All rows that match, before they are paged and counted. */
  list?(listing: Listing, call: Asked): Listing;
  /** The page. */
  answer?(reply: Reply, call: Asked): void;
}

/** Which requests a fault hits; what is absent does not matter. */
export interface When {
  readonly stream?: string;
  readonly space?: string;
  /** 0 is the first page: the one with offset 0. */
  readonly page?: number;
  /** Of the requests that match the rest, the first one hit (1, 2, 3 …). */
  readonly from?: number;
  /** How many are hit from there on. */
  readonly times?: number;
}

/** One request as it arrived; kept for tests, newest last. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Whether it carried credentials of any kind. */
  readonly authorised: boolean;
}

interface Injection {
  readonly fault: Fault;
  readonly when: When;
  seen: number;
}

export abstract class SimulatedServer {
  readonly requests: LoggedRequest[] = [];
  readonly #server: Server;
  #injections: Injection[] = [];
  #port = 0;

  protected constructor() {
    this.#server = createServer((request, response) => void this.#handle(request, response));
  }

  /** Scheme, host and port. */
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
    if (!this.#server.listening) await this.listen(this.#port);
  }

  /** @param port 0: any free port */
  protected async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** The answer to a request, with whatever goes wrong. */
  protected abstract reply(request: IncomingMessage, url: URL): Reply;

  /** An answer made in three stages, each of which the faults that hit the call may change. */
  protected answered(
    call: Asked,
    { list, page }: { readonly list: () => Listing; readonly page: (listing: Listing) => Reply },
  ): Reply {
    const faults = this.#injections.filter((injection) => hits(injection, call)).map(({ fault }) => fault);
    for (const fault of faults) fault.ask?.(call);
    let listing = list();
    for (const fault of faults) listing = fault.list?.(listing, call) ?? listing;
    const reply = page(listing);
    for (const fault of faults) fault.answer?.(reply, call);
    return reply;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push({
      method: request.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      authorised: request.headers.authorization !== undefined,
    });
    await this.reply(request, url).send(response);
  }
}

/** Counts the request where the rest matches. */
function hits(injection: Injection, call: Asked): boolean {
  const { when } = injection;
  if (when.stream !== undefined && when.stream !== call.stream) return false;
  if (when.space !== undefined && when.space !== call.space) return false;
  if (when.page !== undefined && when.page !== pageOf(call)) return false;
  const nth = ++injection.seen;
  const from = when.from ?? 1;
  return nth >= from && nth < from + (when.times ?? Infinity);
}

/** Which page a call asks for, counted in its own limit. */
function pageOf(call: Asked): number {
  return call.limit === 0 ? 0 : Math.floor(call.offset / call.limit);
}
