import { createHash } from 'node:crypto';
import { basename, dirname, extname } from 'node:path';
import { ExportFolder, SLEEP, type Sleep } from '../export-folder.client.js';
import { DEFAULT_LIMITS } from '../http/limits.js';
import {
  type Page,
  type ReadOptions,
  type ReadRecord,
  type ServerInfo,
  type Source,
  SourceError,
  type Step,
} from '../source.js';
import type { Expected, MamboExport } from './export-schema.js';
import { LIST_NAMES, type ListName, stepsOf, type Stream, streamOf } from './lists.js';
import { recordOf, withRightsOf } from './normalise.js';
import {
  type NamedBytes,
  readCsvLists,
  readCsvManifest,
  readJsonExport,
  readYamlExport,
} from './read-export.js';

export interface MamboEmmFilesSettings {
  readonly name: string;
  /** The team that the export must be of. */
  readonly team: string;
  /** Absolute: a .yaml, .yml, .json or .csv file. */
  readonly file: string;
  /** The largest file, in bytes. */
  readonly pageBytes?: number;
}

/** Beside a CSV file: who states what is in it. */
export const CSV_MANIFEST = 'manifest.yaml';
const MANIFEST_BYTES = 64 * 1024;

/**
 * What somebody exported of a mambo EMM team. The file is read and checked as a whole now: make a new source for each
 * run. @throws SourceError bad-shape with every fault, bad-json, missing-file, too-large
 */
export async function createMamboEmmFiles(
  settings: MamboEmmFilesSettings,
  now: () => Date = () => new Date(),
  sleep: Sleep = SLEEP,
): Promise<MamboEmmFilesSource> {
  const folder = await ExportFolder.open(dirname(settings.file));
  const limit = settings.pageBytes ?? DEFAULT_LIMITS.pageBytes;
  const read = async (name: string, most = limit): Promise<NamedBytes> => ({
    name,
    bytes: await folder.read(name, most),
  });
  const expected = { team: settings.team, now: now() };
  const opened = await readExport(basename(settings.file), read, expected);
  const confirm: Confirm = (file, signal) => folder.confirm(file.name, file.bytes, { sleep, signal });
  return new MamboEmmFilesSource(settings, opened, confirm);
}

/** @throws SourceError unless the file is what was read, and at rest */
type Confirm = (file: NamedBytes, signal: AbortSignal) => Promise<void>;

type Read = (name: string, most?: number) => Promise<NamedBytes>;

/** An export, and the bytes that each of its lists stands in. */
interface Opened {
  readonly content: MamboExport;
  readonly files: Readonly<Partial<Record<ListName, NamedBytes>>>;
}

async function readExport(name: string, read: Read, expected: Expected): Promise<Opened> {
  switch (extname(name).toLowerCase()) {
    case '.yaml':
    case '.yml':
      return inOneFile(await read(name), (file) => readYamlExport(file, expected));
    case '.json':
      return inOneFile(await read(name), (file) => readJsonExport(file, expected));
    case '.csv':
      return inTables(name, read, expected);
    default:
      throw new SourceError(
        'bad-shape',
        `${name}: must end in .yaml, .yml, .json or .csv: that says how it is read`,
      );
  }
}

function inOneFile(file: NamedBytes, parse: (file: NamedBytes) => MamboExport): Opened {
  return { content: parse(file), files: { accessTokens: file, roles: file, members: file } };
}

async function inTables(name: string, read: Read, expected: Expected): Promise<Opened> {
  const manifest = readCsvManifest(await read(CSV_MANIFEST, MANIFEST_BYTES), expected);
  const files = {
    accessTokens: await read(name),
    ...(manifest.roles !== null && { roles: await read(manifest.roles) }),
    ...(manifest.members !== null && { members: await read(manifest.members) }),
  };
  const { team, exportedAt, exporter } = manifest;
  return { files, content: { team, exportedAt, exporter, lists: readCsvLists(files) } };
}

export class MamboEmmFilesSource implements Source {
  readonly kind = 'mambo-emm-files';
  readonly scopeStream = null;
  readonly ownAccount = null;
  readonly name: string;
  readonly configuredScopes: readonly string[];
  readonly statedBy: string;
  readonly exportedAt: Date;
  readonly #team: string;

  constructor(
    { name, team }: MamboEmmFilesSettings,
    private readonly opened: Opened,
    private readonly confirm: Confirm,
  ) {
    this.name = name;
    this.#team = team;
    this.configuredScopes = [team];
    this.statedBy = opened.content.exporter;
    this.exportedAt = opened.content.exportedAt;
  }

  ping(): Promise<ServerInfo> {
    return Promise.resolve({ serverVersion: null, apiVersion: null });
  }

  plainSteps(): readonly Step[] {
    return [];
  }

  scopedSteps(scope: string): readonly Step[] {
    return stepsOf(scope, (stream) => this.opened.content.lists[LIST_NAMES[stream]] !== undefined);
  }

  /** The second read, which confirms that something is missing, looks whether the file is still the one that was read. */
  async *read(step: Step, { signal, otherPages }: ReadOptions): AsyncGenerator<Page> {
    const stream = streamOf(step.stream);
    const file = this.opened.files[LIST_NAMES[stream]];
    if (otherPages === true && file !== undefined) await this.confirm(file, signal);
    yield this.page(stream);
  }

  withRightsOf(stored: ReadRecord['body'], record: ReadRecord): ReadRecord {
    return withRightsOf(stored, record, this.#team);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** A file was checked as a whole, so a list is one page without faults. */
  private page(stream: Stream): Page {
    const { content, files } = this.opened;
    const list = LIST_NAMES[stream];
    const rows = content.lists[list] ?? [];
    return {
      no: 0,
      sha256: createHash('sha256')
        .update(files[list]?.bytes ?? '')
        .digest('hex'),
      sentAt: this.exportedAt,
      receivedAt: this.exportedAt,
      rows: rows.length,
      total: rows.length,
      listFaults: [],
      faults: [],
      records: () => rows.map((row) => recordOf(stream, row, this.#team)),
    };
  }
}
