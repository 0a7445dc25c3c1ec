/** One answer on its way out, in a form that faults can change: rows and counts, then bytes, then the connection. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Row } from './listing.js';

/** Works on the bytes between the answer and the wire. `gone` is aborted when the client has left. */
export type Filter = (bytes: AsyncIterable<Buffer>, gone: AbortSignal) => AsyncIterable<Buffer>;

/** Thrown by a filter: the connection ends here, without the rest. */
export class ConnectionCut extends Error {
  constructor(readonly how: 'end' | 'reset') {
    super(`the connection is cut (${how})`);
    this.name = 'ConnectionCut';
  }
}

/** What stands around the rows of an answer and the fields beside them. */
export interface Envelope {
  readonly before: string;
  readonly after: string;
  /** The field that says how many rows there are in all. */
  readonly total: string;
}

const EPMM: Envelope = { before: '{"results":[', after: '}', total: 'totalCount' };

const CHUNK = 64 * 1024;

export class Reply {
  status = 200;
  headers: Record<string, string> = { 'content-type': 'application/json;charset=UTF-8' };
  /** The entries of the list; read once. */
  rows: Iterable<Row> = [];
  /** The fields beside the list. */
  counts: Record<string, unknown> = {};
  /** Set where the answer is one object, or not the API's at all: sent as it is, instead of rows and counts. */
  whole: string | Buffer | null = null;
  /** Awaited in order before the status line goes out. */
  readonly gates: ((gone: AbortSignal) => Promise<void>)[] = [];
  /** Applied in order. */
  readonly filters: Filter[] = [];
  /** Takes the connection over instead of sending anything. */
  takeOver: ((socket: Socket, gone: AbortSignal) => Promise<void>) | null = null;

  constructor(readonly envelope: Envelope = EPMM) {}

  static error(status: number, message: string): Reply {
    const reply = new Reply();
    reply.status = status;
    reply.whole = JSON.stringify({
      messages: [{ type: 'Error', messageKey: null, localizedMessage: message }],
    });
    return reply;
  }

  /** Replaces what was prepared. */
  become(status: number, whole: string | Buffer, contentType: string): void {
    this.status = status;
    this.whole = whole;
    this.headers['content-type'] = contentType;
  }

  /** The body as it would be sent. For small answers: a fault that changes it sets `whole`. */
  text(): string {
    return this.whole === null ? [...this.#envelope()].join('') : this.whole.toString();
  }

  /** Sends the answer; memory stays flat however many rows there are. */
  async send(response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      for (const gate of this.gates) await gate(gone.signal);
      if (gone.signal.aborted) return;
      if (this.takeOver !== null && response.socket !== null) {
        await this.takeOver(response.socket, gone.signal);
        return;
      }
      response.writeHead(this.status, this.headers);
      response.flushHeaders();
      for await (const bytes of this.#bytes(gone.signal))
        if (!response.write(bytes)) await once(response, 'drain', { signal: gone.signal });
      response.end();
    } catch (error) {
      hangUp(response, error);
    }
  }

  #bytes(gone: AbortSignal): AsyncIterable<Buffer> {
    let bytes: AsyncIterable<Buffer> = this.#body();
    for (const filter of this.filters) bytes = filter(bytes, gone);
    return bytes;
  }

  async *#body(): AsyncGenerator<Buffer> {
    if (this.whole !== null) {
      yield Buffer.from(this.whole);
      return;
    }
    let text = '';
    for (const part of this.#envelope()) {
      text += part;
      if (text.length < CHUNK) continue;
      yield Buffer.from(text);
      text = '';
    }
    yield Buffer.from(text);
  }

  *#envelope(): Generator<string> {
    yield this.envelope.before;
    let separator = '';
    for (const row of this.rows) {
      yield separator + JSON.stringify(row);
      separator = ',';
    }
    const counts = JSON.stringify(this.counts).slice(1, -1);
    yield `]${counts === '' ? '' : ','}${counts}${this.envelope.after}`;
  }
}

/** A cut that was asked for, or a client that left: the connection goes. Anything else is a fault of this server. */
function hangUp(response: ServerResponse, error: unknown): void {
  const { socket } = response;
  if (error instanceof ConnectionCut && error.how === 'reset') socket?.resetAndDestroy();
  else response.destroy();
  if (!(error instanceof ConnectionCut || isDeparture(error))) throw error;
}

const DEPARTURES = ['ABORT_ERR', 'ECONNRESET', 'EPIPE'];

/** The client left. By code: an error of Node's own is no `instanceof Error` where tests have globals of their own. */
function isDeparture(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && DEPARTURES.includes(String(error.code))
  );
}
