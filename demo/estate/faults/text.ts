/** Faults of the body's bytes: an answer that arrives whole and is not what it should be. */
import type { Fault } from '../simulated-server.js';

function changed(name: string, change: (body: Buffer) => Buffer | string): Fault {
  return {
    name,
    answer(reply) {
      reply.whole = change(Buffer.from(reply.text()));
    },
  };
}

/** Ends after `bytes`, properly: only the JSON shows it. Negative: counted from the end. */
export function truncated(bytes: number): Fault {
  return changed(`body truncated at byte ${bytes}`, (body) => body.subarray(0, bytes));
}

/** One bit of the byte at `position` (modulo the length) is wrong. */
export function flippedBit(position: number, bit = 0): Fault {
  return changed(`bit ${bit} of byte ${position} flipped`, (body) => {
    const at = position % body.length;
    body.writeUInt8(body.readUInt8(at) ^ (1 << bit), at);
    return body;
  });
}

/** What a wrong base path or an ended session shows: status 200 and a page. */
export function loginPage(): Fault {
  return {
    name: 'HTML login page with status 200',
    answer(reply) {
      reply.become(
        200,
        '<!DOCTYPE html><html><body><form action="/mifs/user/login.jsp"></form></body></html>',
        'text/html',
      );
    },
  };
}

/** The right body under the wrong name. */
export function contentType(type: string): Fault {
  return {
    name: `content type ${type}`,
    answer(reply) {
      reply.headers['content-type'] = type;
    },
  };
}

export function byteOrderMark(): Fault {
  return changed('byte order mark', (body) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body]));
}

/** Latin-1 bytes under a header that says UTF-8. Needs a letter beyond ASCII in the answer: one is put there. */
export function latin1(): Fault {
  return changed('latin-1', (body) =>
    Buffer.from(body.toString().replace('{', '{"simulatedNote":"Zürich",'), 'latin1'),
  );
}

/** The first key twice in one object: parsers differ on which one counts. */
export function duplicateKey(): Fault {
  return changed('duplicate key', (body) => body.toString().replace(/^\{("\w+":)/, '{$1[],$1'));
}

/** A field nested `depth` deep, to overflow a recursive reader. */
export function deepNesting(depth: number): Fault {
  return changed(`nesting ${depth} deep`, (body) =>
    body.toString().replace('{', `{"simulatedDepth":${'['.repeat(depth)}${']'.repeat(depth)},`),
  );
}

/** A number above 2^53 in a field nobody knows, which a JSON reader rounds silently. */
export function hugeNumber(): Fault {
  return changed('number above 2^53', (body) =>
    body.toString().replace('[{', '[{"simulatedNumber":9007199254740993123,'),
  );
}
