/** Asks an EPMM server as anybody could: plain fetch, GET only, no knowledge of how Rolewatch reads. */
import type { z } from 'zod';
import * as shapes from './shapes.js';

/** A server to visit. */
export interface VisitedServer {
  /** With the base path, without `/api/v2`. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  close(): Promise<void>;
}

export interface Visit {
  readonly status: number;
  readonly contentType: string;
  readonly body: unknown;
}

export type Parameters = Readonly<Record<string, string | number>>;

export class Visitor {
  constructor(readonly server: VisitedServer) {}

  async get(path: string, parameters: Parameters = {}, headers = this.#signedIn()): Promise<Visit> {
    const query = new URLSearchParams(
      Object.entries(parameters).map(([name, value]) => [name, String(value)]),
    );
    const response = await fetch(`${this.server.url}/api/v2/${path}?${query}`, {
      headers,
      redirect: 'manual',
    });
    const text = await response.text();
    const contentType = response.headers.get('content-type') ?? '';
    return {
      status: response.status,
      contentType,
      body: contentType.includes('json') ? JSON.parse(text) : text,
    };
  }

  /** An answer of status 200 with the shape that the vendor shows. */
  async read<T extends z.ZodType>(shape: T, path: string, parameters: Parameters = {}): Promise<z.output<T>> {
    const { status, contentType, body } = await this.get(path, parameters);
    expect({ path, status, json: contentType.includes('application/json') }).toEqual({
      path,
      status: 200,
      json: true,
    });
    return shape.parse(body);
  }

  /** A refusal: this status, and the vendor's error body. */
  async refused(status: number, path: string, parameters: Parameters = {}): Promise<void> {
    const visit = await this.get(path, parameters);
    expect(visit.status).toBe(status);
    shapes.error.parse(visit.body);
  }

  #signedIn(): Record<string, string> {
    const { username, password } = this.server;
    return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
  }
}
