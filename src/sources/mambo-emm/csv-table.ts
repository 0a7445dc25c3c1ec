/** A list as CSV: a header, then one entry a row, with a column for each field and each area. */
import { CsvError, parse } from 'csv-parse/sync';
import { COMMANDS_AREA, MAMBO_AREAS } from '../../access/mambo-emm.js';
import type { Fault } from '../../platform/config/faults.js';
import { didYouMean } from '../../platform/config/nearest.js';
import type { Located, Path, Position } from '../../platform/config/yaml-document.js';
import type { ListName } from './lists.js';
import { isSecretKey, SECRET_FOUND } from './looks-secret.js';

const FIELDS: Readonly<Record<ListName, readonly string[]>> = {
  accessTokens: ['id', 'name', 'owner', 'createdBy', 'createdAt', 'expiresAt', 'lastRotatedAt'],
  roles: ['id', 'name'],
  members: ['id', 'name', 'email', 'roles'],
};
const AREAS: readonly string[] = MAMBO_AREAS;

/** Cells that hold several words, apart by spaces or semicolons. */
const LISTS_IN_CELLS: ReadonlySet<string> = new Set([COMMANDS_AREA, 'roles']);

interface Cell {
  readonly text: string;
  /** Of its first byte. */
  readonly offset: number;
}

const NO_TABLE =
  'the first row must name the columns, separated by commas or semicolons; what is separated by tabs, or begins with "sep=", is not read';

const isTable = ([first, ...others]: readonly Cell[]): boolean =>
  first !== undefined && !/^sep=/i.test(first.text) && (others.length > 0 || !first.text.includes('\t'));

const START: Position = { line: 1, column: 1 };

/**
 * The rows of a table as the entries that YAML or JSON would have. An empty cell says nothing: the key is absent. A
 * column that is missing would say nothing about everybody, so every area needs one (of members, who hold roles, none).
 */
export class CsvTable implements Located {
  readonly faults: readonly Fault[];
  readonly value: Readonly<Record<string, readonly object[]>>;
  private readonly header: readonly Cell[];
  private readonly rows: readonly (readonly Cell[])[];

  constructor(
    private readonly bytes: Buffer,
    private readonly list: ListName,
  ) {
    const { records, fault } = cellsOf(bytes);
    const [header = [], ...rows] = records;
    this.header = header;
    this.rows = rows;
    this.faults = fault
      ? [this.place(fault)]
      : isTable(header)
        ? [...this.headerFaults(), ...this.widthFaults()]
        : [{ position: START, where: '', message: NO_TABLE }];
    this.value = { [list]: this.faults.length === 0 ? rows.map((row) => this.entry(row)) : [] };
  }

  locate(path: Path): Position {
    const [, row, ...fields] = path;
    const cells = typeof row === 'number' ? this.rows[row] : this.header;
    const column = fields.findLast((field) => typeof field === 'string');
    const at = this.header.findIndex(({ text }) => text === column);
    const cell = cells?.[Math.max(at, 0)];
    return cell ? this.position(cell.offset) : START;
  }

  locateKey(_path: Path, key: string): Position {
    const cell = this.header.find(({ text }) => text === key);
    return cell ? this.position(cell.offset) : START;
  }

  private entry(row: readonly Cell[]): object {
    const stated = this.header.flatMap(({ text: column }, i): [string, unknown][] => {
      const { text = '' } = row[i] ?? {};
      const several = LISTS_IN_CELLS.has(column) && !(column === 'roles' && this.list !== 'members');
      if (text === '') return [];
      return [[column, several ? text.split(/[\s;]+/).filter((word) => word !== '') : text]];
    });
    const fields = stated.filter(([column]) => FIELDS[this.list].includes(column));
    // the area "roles" and the roles of a member would share a column: members state no areas here
    const areas = stated.filter(([column]) => this.list !== 'members' && AREAS.includes(column));
    return {
      ...Object.fromEntries(fields),
      ...(this.list !== 'members' && { permissions: Object.fromEntries(areas) }),
    };
  }

  private headerFaults(): Fault[] {
    const areas = this.list === 'members' ? [] : AREAS;
    const known = [...FIELDS[this.list], ...areas];
    const present = this.header.map(({ text }) => text);
    const missing = ['id', ...areas].filter((column) => !present.includes(column));
    const unknown = this.header.flatMap(({ text, offset }, i): Fault[] => {
      const fault = (message: string): Fault[] => [{ position: this.position(offset), where: text, message }];
      if (present.indexOf(text) !== i) return fault('this column stands twice; keep one of them');
      if (known.includes(text)) return [];
      if (isSecretKey(text)) return fault(SECRET_FOUND);
      return fault(`unknown column${didYouMean(text, known) || `; known here: ${known.join(', ')}`}`);
    });
    const hint = this.list === 'members' ? '' : '; leave its cells empty where nothing of the area is held';
    return [
      ...unknown,
      ...missing.map((where) => ({ position: START, where, message: `this column is missing${hint}` })),
    ];
  }

  private widthFaults(): Fault[] {
    const due = this.header.length;
    return this.rows.flatMap((row, i) =>
      row.length === due
        ? []
        : [
            {
              position: this.locate([this.list, i]),
              where: `${this.list}[${i}]`,
              message: `has ${row.length} cells under ${due} columns; ${row.length < due ? 'what is empty is a cell, too' : 'a text with a comma needs double quotes'}`,
            },
          ],
    );
  }

  private place({ offset, message }: { readonly offset: number; readonly message: string }): Fault {
    return { position: this.position(offset), where: '', message };
  }

  private position(offset: number): Position {
    const before = this.bytes
      .subarray(0, offset)
      .toString('utf8')
      .replace(/^\ufeff/, '');
    const lineStart = before.lastIndexOf('\n') + 1;
    return { line: before.split('\n').length, column: before.length - lineStart + 1 };
  }
}

interface ParsedRecord {
  readonly record: readonly { readonly text: string; readonly end: number }[];
  readonly info: { readonly bytes: number };
}

const WORDS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a double quote is opened and never closed',
  CSV_INVALID_CLOSING_QUOTE:
    'something follows a closing double quote; a quote inside a text is written twice',
  INVALID_OPENING_QUOTE: 'a double quote inside a text; quote the whole text and write the quote twice',
};

/** Cells with the place of each; of a text that is no CSV, what is wrong with it. */
function cellsOf(bytes: Buffer): {
  readonly records: readonly (readonly Cell[])[];
  readonly fault?: { readonly offset: number; readonly message: string };
} {
  try {
    const options = {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    } as const;
    const parsed = parse(bytes, {
      ...options,
      delimiter: delimiterOf(bytes),
      cast: (text: string, { bytes: end }: { readonly bytes: number }) => ({ text, end }),
    }) as unknown as readonly ParsedRecord[];
    let begins = bytes.subarray(0, 3).toString('utf8') === '\ufeff' ? 3 : 0;
    const records = parsed.map(({ record, info }) => {
      const cells = record.map(({ text, end }) => {
        const offset = skipBlank(bytes, begins);
        begins = end + 1;
        return { text, offset: Math.min(offset, end) };
      });
      begins = info.bytes;
      return cells;
    });
    return { records };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const at: unknown = Reflect.get(error, 'bytes');
    return {
      records: [],
      fault: { offset: Number(at ?? 0), message: `is not CSV: ${WORDS[error.code] ?? error.code}` },
    };
  }
}

/** Where Excel separates by semicolons, so does its header line. */
function delimiterOf(bytes: Buffer): ',' | ';' {
  const end = bytes.indexOf('\n');
  const header = bytes.subarray(0, end === -1 ? bytes.length : end).toString('utf8');
  return !header.includes(',') && header.includes(';') ? ';' : ',';
}

function skipBlank(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x20) at++;
  return at;
}
