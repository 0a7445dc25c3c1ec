import type { Writable } from 'node:stream';
import { visible } from '../visible.js';

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
    await new Promise<void>((done) => stream.write(text, () => done()));
  }
}
