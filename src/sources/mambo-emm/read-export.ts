/** The bytes of an export become rows, or a list of everything that is wrong with them: never half of each. */
import { z } from 'zod';
import { report } from '../../platform/config/check.js';
import { type Fault, faultsOf } from '../../platform/config/faults.js';
import { section } from '../../platform/config/section.js';
import { type Located, type Path, type Position, YamlDocument } from '../../platform/config/yaml-document.js';
import { parseJson } from '../json.js';
import { SourceError } from '../source.js';
import { CsvTable } from './csv-table.js';
import {
  type Expected,
  exportSchema,
  headSchema,
  listSchema,
  type MamboExport,
  refuseUnknownRoles,
} from './export-schema.js';
import type { ListName } from './lists.js';
import { isSecretKey, SECRET_FOUND } from './looks-secret.js';

export interface NamedBytes {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Of more faults than these, the rest is counted. */
const TOLD_FAULTS = 200;

/** @throws SourceError bad-shape with every fault; bad-json for what is no JSON at all */
export function readYamlExport(file: NamedBytes, expected: Expected): MamboExport {
  const text = decoded(file);
  const document = new YamlDocument(text, text.length);
  const faults = document.faults.map((fault) => ({ ...fault, where: '' }));
  return checked(file.name, document, exportSchema(expected), faults);
}

/** @throws SourceError as above */
export function readJsonExport(file: NamedBytes, expected: Expected): MamboExport {
  return checked(file.name, new JsonDocument(file), exportSchema(expected), []);
}

/** What `manifest.yaml` beside a CSV file says. */
export interface CsvManifest {
  readonly team: string;
  readonly exportedAt: Date;
  readonly exporter: string;
  /** Names of files beside it. */
  readonly roles: string | null;
  readonly members: string | null;
}

/** @throws SourceError as above */
export function readCsvManifest(file: NamedBytes, expected: Expected): CsvManifest {
  const due = 'must be the name of a CSV file in the same folder';
  const beside = z
    .string({ error: due })
    .regex(/^[^/\\\0]+\.csv$/i, { error: due })
    .optional()
    .transform((name) => name ?? null);
  const schema = section({ ...headSchema(expected), roles: beside, members: beside });
  const document = new YamlDocument(decoded(file));
  return checked(
    file.name,
    document,
    schema,
    document.faults.map((fault) => ({ ...fault, where: '' })),
  );
}

/** @param files the CSV file of each list @throws SourceError bad-shape with every fault of every file */
export function readCsvLists(files: Readonly<Partial<Record<ListName, NamedBytes>>>): MamboExport['lists'] {
  const tables = Object.entries(files).map(([list, file]) => {
    decoded(file); // bytes that are no UTF-8 would silently become other names
    return { list: list as ListName, file, table: new CsvTable(file.bytes, list as ListName) };
  });
  const whole = Object.assign({}, ...tables.map(({ table }) => table.value)) as object;
  const crossed = z.unknown().superRefine((value, context) => refuseUnknownRoles(value as object, context));
  const crossIssues = crossed.safeParse(whole).error?.issues ?? [];
  const read = tables.map(({ list, file, table }) => {
    const schema = section({ [list]: listSchema(list) });
    const issues = crossIssues.filter(({ path }) => path[0] === list);
    const faults = [...table.faults, ...faultsOf(issues, table, schema)];
    const parsed = schema.safeParse(table.value);
    if (!parsed.success) faults.push(...wordedFaults(parsed.error.issues, table, schema));
    return { list, file, faults, rows: parsed.success ? parsed.data[list] : undefined };
  });
  const reports = read.flatMap(({ file, faults }) =>
    faults.length === 0 ? [] : [reported(file.name, faults)],
  );
  if (reports.length > 0) throw new SourceError('bad-shape', reports.join('\n'));
  return Object.fromEntries(read.map(({ list, rows }) => [list, rows ?? []]));
}

function checked<T>(name: string, document: Located, schema: z.ZodType<T>, broken: readonly Fault[]): T {
  const faults = [...broken];
  const parsed = document.value === undefined ? undefined : schema.safeParse(document.value);
  if (parsed?.success === false) faults.push(...wordedFaults(parsed.error.issues, document, schema));
  if (parsed?.success !== true || faults.length > 0)
    throw new SourceError('bad-shape', reported(name, faults));
  return parsed.data;
}

/** A key that says it holds a secret is told as such, whatever it is near to. */
function wordedFaults(issues: readonly z.core.$ZodIssue[], document: Located, schema: z.ZodType): Fault[] {
  return faultsOf(issues, document, schema).map((fault) => {
    const key = fault.where.split('.').at(-1) ?? '';
    return fault.message.startsWith('unknown key') && isSecretKey(key)
      ? { ...fault, message: SECRET_FOUND }
      : fault;
  });
}

function reported(name: string, faults: readonly Fault[]): string {
  const untold = faults.length - TOLD_FAULTS;
  const text = report(name, faults.slice(0, TOLD_FAULTS));
  return untold > 0 ? `${text}\nand ${untold} more` : text;
}

function decoded({ name, bytes }: NamedBytes): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new SourceError('bad-shape', `${name}: is not a UTF-8 text`);
  }
}

/** JSON with places, which a parser of YAML tells: every JSON text is one. Asked only where something is wrong. */
class JsonDocument implements Located {
  readonly value: unknown;
  private yaml: YamlDocument | undefined;

  constructor(private readonly file: NamedBytes) {
    this.value = parseJson(file.bytes, file.name);
  }

  locate(path: Path): Position {
    return this.places.locate(path);
  }

  locateKey(path: Path, key: string): Position {
    return this.places.locateKey(path, key);
  }

  private get places(): YamlDocument {
    const text = decoded(this.file);
    return (this.yaml ??= new YamlDocument(text, text.length));
  }
}
