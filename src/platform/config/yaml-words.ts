/**
 * What is wrong with the syntax of a file, and what would be right: in our own words, since those of the parser name its
 * parts and not the reader's, and some quote the file, which may hold a secret (`password: !hunter2`). Pure.
 */
import type { ErrorCode } from 'yaml';

const WORDS: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'a text that begins with "*" needs quotes',
  BAD_ALIAS: 'a text that begins with "*" or "&" needs quotes',
  BAD_COLLECTION_TYPE: 'tags are not known here; a text that begins with "!" needs quotes',
  BAD_DIRECTIVE: 'directives are not known here; a text that begins with "%" needs quotes',
  BAD_DQ_ESCAPE: 'no such escape; in double quotes a backslash is written twice',
  BAD_INDENT:
    'this begins in the wrong column; entries that belong together begin in the same one, what is in them further in',
  BAD_PROP_ORDER: 'a text that begins with "!" or "&" needs quotes',
  BAD_SCALAR_START: 'a text cannot begin with this sign; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY:
    'a line holds one key and one value; put the value in quotes if it has ": " in it, or begin a new line',
  BLOCK_IN_FLOW:
    'between brackets nothing can be indented in lines; write [a, b] or {a: b}, or take the brackets away',
  DUPLICATE_KEY: 'this key stands twice; keep one of them',
  IMPOSSIBLE: 'this cannot stand here; a text with special characters needs quotes',
  KEY_OVER_1024_CHARS: 'a key is at most 1,024 characters long; is a quote or a colon missing?',
  MISSING_CHAR: 'a sign is missing here; see whether every quote and bracket is closed',
  MULTILINE_IMPLICIT_KEY:
    'a key stands on one line, with a colon and a blank after it; is a colon or a quote missing here?',
  MULTIPLE_ANCHORS: 'a text that begins with "&" needs quotes',
  MULTIPLE_DOCS: 'a second document begins here; one file is one document',
  MULTIPLE_TAGS: 'tags are not known here; a text that begins with "!" needs quotes',
  NON_STRING_KEY: 'a key must be a text; put it in quotes',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  TAB_AS_INDENT: 'tabs cannot indent; use spaces',
  TAG_RESOLVE_FAILED: 'tags are not known here; a text that begins with "!" needs quotes',
  UNEXPECTED_TOKEN: 'this cannot stand here; a text with special characters needs quotes',
};

/** Where the parser tells apart what its code does not. Its words are looked at, and never shown. */
const FINER: readonly (readonly [RegExp, string])[] = [
  [/closing .?quote/, 'this text in quotes does not end; add the closing quote'],
  [/end with a \]/, 'this list in brackets does not end; add "]", further in than the line it began on'],
  [/end with a \}/, 'this mapping in brackets does not end; add "}", further in than the line it began on'],
  [/Implicit map keys need/, 'a key needs a colon and a blank after it: "key: value"'],
  [/Sequence item without/, 'an entry of a list needs "- " before it'],
  [/Comments must be separated/, 'a comment needs a blank before its "#"'],
  [/Missing , /, 'entries between brackets are parted by commas'],
  [/Missing space after/, 'a colon needs a blank after it'],
  [/block sequence may not/, 'this begins in the wrong column; entries of one list begin in the same one'],
];

export function yamlWords(code: ErrorCode, message: string): string {
  return FINER.find(([said]) => said.test(message))?.[1] ?? WORDS[code];
}

export const TWICE = WORDS.DUPLICATE_KEY;
