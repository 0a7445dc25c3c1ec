/**
 * Distinguished names: one key for all spellings of the same name (RFC 4514, with the leftovers of RFC 2253 that
 * servers still send). The key is written root first, so that everything below a name starts with its key and a comma.
 */

/** First character of the key of a text that is no DN. A DN's key starts with a letter or a digit. */
const UNPARSABLE = '!';

/** Short names of RFC 4514 §3, by OID and by the long names of RFC 4519. */
const SHORT_NAMES: ReadonlyMap<string, string> = new Map([
  ['2.5.4.3', 'cn'],
  ['commonname', 'cn'],
  ['2.5.4.7', 'l'],
  ['localityname', 'l'],
  ['2.5.4.8', 'st'],
  ['stateorprovincename', 'st'],
  ['2.5.4.10', 'o'],
  ['organizationname', 'o'],
  ['2.5.4.11', 'ou'],
  ['organizationalunitname', 'ou'],
  ['2.5.4.6', 'c'],
  ['countryname', 'c'],
  ['2.5.4.9', 'street'],
  ['streetaddress', 'street'],
  ['0.9.2342.19200300.100.1.25', 'dc'],
  ['domaincomponent', 'dc'],
  ['0.9.2342.19200300.100.1.1', 'uid'],
  ['userid', 'uid'],
]);

/**
 * The key under which a DN is compared: `CN=Ann, OU=IT,DC=acme` gives `dc=acme,ou=it,cn=ann`.
 * Equal for all spellings of one name: case, white space, escapes, quotes, order within a multi-valued RDN.
 * A text that is no DN keeps its exact spelling behind a mark: it equals itself only and is below nothing.
 */
export function dnKey(dn: string): string {
  const rdns = new DnParser(dn).parse();
  return rdns === null ? UNPARSABLE + dn : rdns.reverse().join(',');
}

/** Whether the name of `childKey` is somewhere below that of `parentKey` (a name is not below itself). Both are keys. */
export function isBelow(childKey: string, parentKey: string): boolean {
  return !parentKey.startsWith(UNPARSABLE) && childKey.startsWith(`${parentKey},`);
}

const TYPE = /\s*(?:oid\.)?([a-z][a-z0-9-]*|\d+(?:\.\d+)+)\s*=\s*/iy;
const HEX_VALUE = /#((?:[0-9a-f]{2})+)/iy;
/** One piece of a value: hex pairs (bytes of UTF-8), an escaped sign, or signs that need no escape. */
const PLAIN_PIECE = /((?:\\[0-9a-f]{2})+)|\\([^0-9a-z])|([^\\,;+]+)/iuy;
const QUOTED_PIECE = /((?:\\[0-9a-f]{2})+)|\\([^0-9a-z])|([^\\"]+)/iuy;
const SPACES = /\s*/y;

/** Reads left to right, once; each method leaves `at` behind what it took and answers null where it cannot go on. */
class DnParser {
  private at = 0;

  constructor(private readonly text: string) {}

  /** The RDNs in comparison form, in the order of the text; null when the text is no DN. */
  parse(): string[] | null {
    const rdns: string[] = [];
    let parts: string[] = [];
    for (;;) {
      const part = this.typeAndValue();
      if (part === null) return null;
      parts.push(part);
      const separator = this.text[this.at++];
      if (separator === '+') continue;
      rdns.push(parts.sort().join('+'));
      parts = [];
      if (separator === undefined) return rdns;
      if (separator !== ',' && separator !== ';') return null;
    }
  }

  private typeAndValue(): string | null {
    const type = this.take(TYPE)?.[1]?.toLowerCase();
    if (type === undefined) return null;
    const value = this.value();
    this.take(SPACES);
    return value === null ? null : `${SHORT_NAMES.get(type) ?? type}=${value}`;
  }

  private value(): string | null {
    const hex = this.take(HEX_VALUE)?.[1];
    if (hex !== undefined) return hexForm(hex.toLowerCase());
    if (this.text[this.at] !== '"') return this.pieces(PLAIN_PIECE);
    this.at++;
    const value = this.pieces(QUOTED_PIECE);
    return this.text[this.at++] === '"' ? value : null;
  }

  private pieces(piece: RegExp): string | null {
    let value = '';
    for (let match = this.take(piece); match !== null; match = this.take(piece)) {
      const text = match[1] === undefined ? (match[2] ?? match[3]) : utf8(match[1].replaceAll('\\', ''));
      if (text === undefined) return null;
      value += text;
    }
    return textForm(value);
  }

  private take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match !== null) this.at = pattern.lastIndex;
    return match;
  }
}

/** What most values are made of: only its case can differ. */
const ORDINARY = /^[\w.@-]*$/;

/**
 * Compatible signs, case and white space made alike, then every sign with a meaning in a key escaped as hex, and NUL,
 * which a DN may spell `\00` and PostgreSQL cannot store.
 * Not the full preparation of RFC 4518: folding ß to ss or ı to i would make one of two people.
 */
function textForm(value: string): string {
  // Stryker disable next-line ConditionalExpression: the long way gives the same
  if (ORDINARY.test(value)) return value.toLowerCase();
  const folded = value.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');
  const spaced = folded.replace(/\s+/gu, ' ').trim();
  return spaced.replace(/["#+,;<=>\\\0]/g, (sign) => `\\${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** BER tags of strings that are UTF-8 or a part of it: OCTET STRING, UTF8String, PrintableString, IA5String. */
const TEXT_TAGS: ReadonlySet<string> = new Set(['04', '0c', '13', '16']);

/** A BER value that is text compares as that text, any other as its bytes; a bare # marks the latter. */
function hexForm(hex: string): string {
  const length = parseInt(hex.slice(2, 4), 16);
  const isShortText = TEXT_TAGS.has(hex.slice(0, 2)) && length < 0x80 && hex.length === 4 + 2 * length;
  const text = isShortText ? utf8(hex.slice(4)) : undefined;
  return text === undefined ? `#${hex}` : textForm(text);
}

function utf8(hex: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(hex, 'hex'));
  } catch {
    return undefined;
  }
}
