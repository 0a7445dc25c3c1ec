import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
} from 'yaml';
import { TWICE, yamlWords } from './yaml-words.js';

/** Where something stands in a file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Keys and indexes from the top of a document. */
export type Path = readonly PropertyKey[];

export interface YamlFault {
  readonly position: Position;
  readonly message: string;
}

/** What was read from a text, and where in it each part stands. */
export interface Located {
  /** Plain data, or undefined where the text is too broken to say. */
  readonly value: unknown;
  /** Where the value at `path` stands; for a missing one, the nearest thing around it that is there. */
  locate(path: Path): Position;
  /** Where a key stands itself, not its value. */
  locateKey(path: Path, key: string): Position;
}

/** No real configuration comes near these; a hostile one must not cost memory or the stack. */
const MOST_CHARACTERS = 256 * 1024;
const MOST_FAULTS = 20;

const UNKNOWN_ALIAS = 'no anchor of this name stands before it; a text that begins with "*" needs quotes';

/** A YAML 1.2 file with positions. Refuses what could mean two things: a key twice, unknown tags, a second document. */
export class YamlDocument implements Located {
  readonly faults: readonly YamlFault[];
  readonly value: unknown;
  private readonly document: Document | undefined;
  private readonly lines = new LineCounter();

  constructor(text: string, mostCharacters = MOST_CHARACTERS) {
    const faults: YamlFault[] = [];
    if (text.length > mostCharacters) {
      faults.push({ position: START, message: `larger than ${String(mostCharacters)} characters` });
    } else {
      try {
        this.document = parseDocument(text, {
          prettyErrors: false,
          lineCounter: this.lines,
          logLevel: 'error',
        });
        faults.push(...this.parserFaults(this.document), ...this.unknownAliases(this.document));
        // a key that stands twice leaves a value that can be checked on; anything else does not
        if (faults.every(({ message }) => message === TWICE)) this.value = this.document.toJS();
      } catch (error) {
        faults.push({ position: START, message: refusal(error) });
      }
    }
    this.faults = faults;
  }

  locate(path: Path): Position {
    for (let length = path.length; length >= 0; length -= 1) {
      const node: unknown =
        length === 0 ? this.document?.contents : this.document?.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return this.position(node.range[0]);
    }
    return START;
  }

  locateKey(path: Path, key: string): Position {
    const parent: unknown = path.length === 0 ? this.document?.contents : this.document?.getIn(path, true);
    const pair = isMap(parent)
      ? parent.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
      : undefined;
    if (isScalar(pair?.key) && pair.key.range) return this.position(pair.key.range[0]);
    return isCollection(parent) ? this.locate(path) : START;
  }

  private parserFaults(document: Document): YamlFault[] {
    return [...document.errors, ...document.warnings].slice(0, MOST_FAULTS).map(({ code, message, pos }) => ({
      position: this.position(pos[0]),
      message: yamlWords(code, message),
    }));
  }

  private unknownAliases(document: Document): YamlFault[] {
    const faults: YamlFault[] = [];
    const anchors = new Set<string>();
    visit(document, (_, node) => {
      if (isAlias(node)) {
        if (!anchors.has(node.source) && node.range)
          faults.push({ position: this.position(node.range[0]), message: UNKNOWN_ALIAS });
      } else if ((isCollection(node) || isScalar(node)) && node.anchor !== undefined) {
        anchors.add(node.anchor);
      }
    });
    return faults.slice(0, MOST_FAULTS);
  }

  private position(offset: number): Position {
    const { line, col } = this.lines.linePos(offset);
    return { line, column: col };
  }
}

const START: Position = { line: 1, column: 1 };

function refusal(error: unknown): string {
  if (error instanceof RangeError) return 'nested too deeply';
  // thrown while aliases are resolved: a few that stand for millions
  if (error instanceof ReferenceError)
    return 'aliases stand for more than is read here; write out what they stand for';
  throw error;
}
