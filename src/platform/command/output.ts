import type { Writable } from 'node:stream';
import { hasCode, messageOf, RolewatchError } from '../errors.js';
import { visible } from '../visible.js';

/** What a stream says of a reader that left. */
const GONE = ['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'];

/** Where results and messages go; `isTTY` as in node:tty. */
export interface Streams {
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean };
}

/** stdout carries results only; everything else goes to stderr. Survives a reader that goes away (`| head`). */
export class Output {
  private readonly closed = new Set<Writable>();
  private printed = false;

  constructor(
    private readonly streams: Streams,
    readonly json: boolean,
  ) {
    for (const stream of [streams.stdout, streams.stderr]) {
      // a reader that left must not end a run half way: what is still said is dropped, the work goes on
      stream.on('error', () => this.closed.add(stream));
    }
  }

  async print(document: object, text: () => string): Promise<void> {
    if (this.printed) throw new Error('A command prints one result.');
    this.printed = true;
    await this.write(this.streams.stdout, this.json ? JSON.stringify(document, null, 2) : text());
  }

  /** A file for other programs, as it is; with `--json` as `print`. */
  async printFile(document: object, content: string): Promise<void> {
    if (this.json) return this.print(document, () => content);
    this.printed = true;
    await this.writeBytes(this.streams.stdout, content);
  }

  progress(message: string): void {
    if (this.streams.stderr.isTTY === true) void this.write(this.streams.stderr, message);
  }

  warn(message: string): void {
    void this.write(this.streams.stderr, `rolewatch: warning: ${message}`);
  }

  fail(code: string, message: string): void {
    const line = this.json ? JSON.stringify({ error: { code, message } }) : `rolewatch: ${message}`;
    void this.write(this.streams.stderr, line);
  }

  /** Help and version texts. */
  async help(text: string): Promise<void> {
    await this.write(this.streams.stdout, text);
  }

  private async write(stream: Writable, text: string): Promise<void> {
    await this.writeBytes(stream, `${visible(text).replace(/\n+$/, '')}\n`);
  }

  private async writeBytes(stream: Writable, text: string): Promise<void> {
    if (this.closed.has(stream)) return;
    const error = await new Promise<unknown>((done) => stream.write(text, done));
    // a reader that went away wanted no more; a result that a full disk swallowed was wanted
    if (stream === this.streams.stdout && error && !hasCode(error, ...GONE))
      throw new RolewatchError('refused', `the result could not be written: ${messageOf(error)}`);
  }
}
