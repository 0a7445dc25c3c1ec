/** Reads JSON that somebody else wrote: strictly, with the place of every fault, and into values we can store. */
import type { FaultCode, Json, JsonObject } from './source.js';
import { SourceError } from './source.js';

const MAX_DEPTH = 64;
/** The busiest real pages of 32 MiB hold fewer; as many empty rows would take gigabytes once they are parsed. */
const MAX_VALUES = 2_000_000;

/**
 * Parses the bytes of an answer. A UTF-8 byte order mark is skipped (RFC 8259 §8.1 allows that).
 * @param where named first in the message, for example "roles, space 1, page 0"
 * @throws SourceError bad-json with line, column and path: not UTF-8, cut off, a key twice, nested deeper than 64;
 *   too-large: more values than fit into memory
 */
export function parseJson(bytes: Uint8Array, where: string): unknown {
  const text = decodeUtf8(bytes, where);
  const fault = new JsonScanner(text).fault();
  if (fault !== null) throw new SourceError(fault.code, `${where}: ${fault.message}`);
  return JSON.parse(text) as unknown;
}

function decodeUtf8(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // what decodes with a replacement does not encode to the same bytes: the first difference is the place
    const replaced = Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
    const at = bytes.findIndex((byte, i) => byte !== replaced[i]);
    const hex = (bytes[at] ?? 0).toString(16).padStart(2, '0');
    throw new SourceError(
      'bad-json',
      `${where}: not UTF-8 (byte 0x${hex} at offset ${at}); JSON must be sent as UTF-8, not as latin-1 or UTF-16`,
    );
  }
}

/** Thrown inside the scanner only. */
class Fault extends Error {
  constructor(
    readonly code: FaultCode,
    message: string,
  ) {
    super(message);
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const LITERAL = /true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const PLAIN_SIGNS = /[^"\\\u0000-\u001f]*/y;

/**
 * Walks JSON text without building anything. JSON.parse alone would keep the last of two equal keys in silence,
 * overflow its stack on deep nesting, and word its faults differently in each version of Node.
 */
class JsonScanner {
  private at = 0;
  private values = 0;
  private readonly path: (string | number)[] = [];

  constructor(private readonly text: string) {}

  /** What is wrong and where, or null. */
  fault(): Fault | null {
    try {
      this.value();
      if (this.sign() !== '') this.fail('something follows the end of the JSON value');
      return null;
    } catch (error) {
      if (error instanceof Fault) return error;
      throw error;
    }
  }

  private value(): void {
    if (++this.values > MAX_VALUES)
      throw new Fault('too-large', `holds more than ${MAX_VALUES} values: smaller pages would do`);
    const sign = this.sign();
    if (sign === '{') this.object();
    else if (sign === '[') this.array();
    else if (sign === '"') this.string();
    else if (!this.take(sign === 't' || sign === 'f' || sign === 'n' ? LITERAL : NUMBER))
      this.fail('a value is due');
  }

  private object(): void {
    this.enter();
    const keys = new Set<string>();
    if (this.sign() !== '}') {
      do {
        this.path[this.path.length - 1] = this.key(keys);
        this.value();
      } while (this.more('}'));
    }
    this.leave();
  }

  private array(): void {
    this.enter();
    if (this.sign() !== ']') {
      let index = 0;
      do {
        this.path[this.path.length - 1] = index++;
        this.value();
      } while (this.more(']'));
    }
    this.leave();
  }

  private key(keys: Set<string>): string {
    if (this.sign() !== '"') this.fail('a key in double quotes is due');
    const start = this.at;
    const escaped = this.string();
    const key = escaped
      ? (JSON.parse(this.text.slice(start, this.at)) as string)
      : this.text.slice(start + 1, this.at - 1);
    if (keys.has(key)) this.fail(`the key ${JSON.stringify(shorten(key))} is there twice`, start);
    keys.add(key);
    if (this.sign() !== ':') this.fail('a colon is due');
    this.at++;
    return key;
  }

  /** Takes a string; tells whether it has an escape. */
  private string(): boolean {
    const start = this.at++;
    for (let escaped = false; ; escaped = true) {
      this.take(PLAIN_SIGNS);
      const sign = this.text.charAt(this.at);
      if (sign === '"') {
        this.at++;
        return escaped;
      }
      if (sign === '') this.fail(`the text ends inside a string that begins at ${this.place(start)}`);
      if (sign !== '\\') this.fail('a control character inside a string');
      if (!this.take(ESCAPE)) this.fail('an escape that JSON does not know');
    }
  }

  private enter(): void {
    if (this.path.length === MAX_DEPTH) this.fail(`nested deeper than ${MAX_DEPTH}`);
    this.path.push('');
    this.at++;
  }

  private leave(): void {
    this.path.pop();
    this.at++;
  }

  /** After an element: whether a comma announces another one; else the closing bracket must be next. */
  private more(closing: string): boolean {
    const sign = this.sign();
    if (sign === ',') this.at++;
    else if (sign !== closing) this.fail(`a comma or ${closing} is due`);
    return sign === ',';
  }

  /** The next sign that is not white space, not taken; '' at the end. */
  private sign(): string {
    let code = this.text.charCodeAt(this.at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09)
      code = this.text.charCodeAt(++this.at);
    return this.text.charAt(this.at);
  }

  private take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const taken = pattern.test(this.text);
    if (taken) this.at = pattern.lastIndex;
    return taken;
  }

  private fail(what: string, at = this.at): never {
    const cut = at >= this.text.length ? ' (the answer is cut off?)' : '';
    throw new Fault(
      'bad-json',
      `not valid JSON: ${what}${cut} at ${this.place(at)}, path ${formatPath(this.path.filter((step) => step !== ''))}`,
    );
  }

  private place(at: number): string {
    const lineStart = at === 0 ? 0 : this.text.lastIndexOf('\n', at - 1) + 1;
    let line = 1;
    for (let i = this.text.indexOf('\n'); i !== -1 && i < lineStart; i = this.text.indexOf('\n', i + 1))
      line++;
    return `line ${line}, column ${at - lineStart + 1}`;
  }
}

/** `results[4].spaceRoles`; "(top)" for the whole. */
export function formatPath(path: readonly PropertyKey[]): string {
  const parts = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${keyWords(String(step))}`));
  return parts.join('').replace(/^\./, '') || '(top)';
}

/** A key is the server's own text, and messages are stored like any other. */
function keyWords(key: string): string {
  return wellFormed(shorten(key));
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** An own field of a parsed object; undefined where there is none, or no object. */
export function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

const UNSTORABLE = /[\0\ud800-\udfff]/u;

export function isWellFormed(text: string): boolean {
  return !UNSTORABLE.test(text);
}

/** NUL, which PostgreSQL cannot store, and lone surrogates, which it would replace unasked, become U+FFFD. */
export function wellFormed(text: string): string {
  return isWellFormed(text) ? text : text.replaceAll(new RegExp(UNSTORABLE, 'gu'), '\ufffd');
}

/**
 * A parsed value with well-formed strings and keys. A number that RFC 8785 or a double cannot carry exactly
 * (1e400, integers above 2^53) becomes its text; −0 becomes 0.
 */
export function toJson(value: unknown): Json {
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value === 'number') return isExact(value) ? value + 0 : String(value);
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(toJson);
  return typeof value === 'object' && value !== null ? toJsonObject(value) : null;
}

/** A key `__proto__` is one like any other: defined, never assigned, which would set the prototype. */
export function toJsonObject(value: object): JsonObject {
  const object: Record<string, Json> = {};
  for (const [key, inner] of Object.entries(value)) {
    const name = wellFormed(key);
    if (name !== '__proto__') object[name] = toJson(inner);
    else
      Object.defineProperty(object, name, {
        value: toJson(inner),
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return object;
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}
