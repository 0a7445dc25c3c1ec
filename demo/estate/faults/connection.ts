/** Faults of the status line, the headers and the connection itself. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Fault } from '../simulated-server.js';
import { ConnectionCut, Reply } from '../reply.js';

/** An error status with the vendor's error body; `headers` for `retry-after` and the like. */
export function status(code: number, headers: Readonly<Record<string, string>> = {}): Fault {
  return {
    name: `status ${code}`,
    answer(reply) {
      reply.become(code, Reply.error(code, `Simulated ${code}.`).text(), 'application/json');
      Object.assign(reply.headers, headers);
    },
  };
}

/** 204 where a body is due. */
export function noContent(): Fault {
  return {
    name: 'status 204',
    answer(reply) {
      reply.become(204, '', 'application/json');
    },
  };
}

export function redirect(location: string, code = 302): Fault {
  return {
    name: `redirect to ${location}`,
    answer(reply) {
      reply.become(code, '', 'text/html');
      reply.headers['location'] = location;
    },
  };
}

/** The request is taken, and nothing comes back. */
export function stalledHeaders(): Fault {
  return {
    name: 'no headers',
    answer(reply) {
      reply.gates.push(untilGone);
    },
  };
}

/** The status line comes late; the answer is right. */
export function lateHeaders(milliseconds: number): Fault {
  return {
    name: `headers after ${milliseconds} ms`,
    answer(reply) {
      reply.gates.push((gone) => delay(milliseconds, undefined, { signal: gone }));
    },
  };
}

/** `bytes` of the body, then silence on an open connection. */
export function stalledBody(bytes: number): Fault {
  return {
    name: `body stops after ${bytes} bytes`,
    answer(reply) {
      reply.filters.push(async function* (source, gone) {
        yield* firstBytes(source, bytes);
        await untilGone(gone);
      });
    },
  };
}

/** The whole body, `bytes` at a time with a pause of `milliseconds` in between. */
export function drip(bytes: number, milliseconds: number): Fault {
  return {
    name: `${bytes} bytes every ${milliseconds} ms`,
    answer(reply) {
      reply.filters.push(async function* (source, gone) {
        for await (const chunk of source)
          for (let at = 0; at < chunk.length; at += bytes) {
            yield chunk.subarray(at, at + bytes);
            await delay(milliseconds, undefined, { signal: gone });
          }
      });
    },
  };
}

/** `bytes` of the body, then the connection ends without the rest (`end`) or is reset. */
export function cut(bytes: number, how: 'end' | 'reset'): Fault {
  return {
    name: `connection ${how} after ${bytes} bytes`,
    answer(reply) {
      reply.filters.push(async function* (source) {
        yield* firstBytes(source, bytes);
        throw new ConnectionCut(how);
      });
    },
  };
}

/** States `more` bytes than follow (negative: fewer). */
export function wrongLength(more: number): Fault {
  return {
    name: `content-length wrong by ${more}`,
    answer(reply) {
      const body = Buffer.from(reply.text());
      reply.whole = body;
      reply.headers['content-length'] = String(body.length + more);
      reply.headers['connection'] = 'close';
    },
  };
}

export function manyHeaders(count: number): Fault {
  return {
    name: `${count} headers`,
    answer(reply) {
      reply.takeOver = async (socket, gone) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n');
        for (let sent = 0; sent < count && !gone.aborted; sent += 1000) {
          const lines = Array.from(
            { length: Math.min(1000, count - sent) },
            (_, n) => `x-filler-${sent + n}: 1\r\n`,
          );
          if (!socket.write(lines.join(''))) await once(socket, 'drain', { signal: gone });
        }
        socket.end('\r\n{"results":[],"totalCount":0,"resultCount":0}');
      };
    },
  };
}

/** A body of at least `bytes`, valid to its end, one block of which is in memory. */
export function hugeBody(bytes: number): Fault {
  return {
    name: `a body of ${bytes} bytes`,
    answer(reply) {
      const block = Buffer.alloc(64 * 1024, ' ');
      reply.filters.push(async function* (source) {
        for (let sent = 0; sent < bytes; sent += block.length) yield block;
        yield* source;
      });
    },
  };
}

/** A small body that is `bytes` long once it is unpacked, whether or not the client said that it can. */
export function compressionBomb(bytes: number): Fault {
  return {
    name: `a compressed body of ${bytes} bytes`,
    answer(reply) {
      reply.headers['content-encoding'] = 'gzip';
      const block = Buffer.alloc(16 * 1024 * 1024, ' ');
      reply.filters.push(async function* () {
        // Gzip members may follow each other: one is made, and sent again and again.
        const member = gzipSync(block);
        for (let sent = 0; sent < bytes; sent += block.length) yield member;
      });
    },
  };
}

async function* firstBytes(source: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of source) {
    if (left > 0) yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}

function untilGone(gone: AbortSignal): Promise<void> {
  if (gone.aborted) return Promise.resolve();
  return new Promise((resolve) => gone.addEventListener('abort', () => resolve(), { once: true }));
}
