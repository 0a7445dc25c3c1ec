import {
  type Fault,
  type Page,
  type ReadOptions,
  type ServerInfo,
  type Source,
  SourceError,
  type Step,
} from '../source.js';
import { DEFAULT_LIMITS } from '../http/limits.js';
import { ExportFolder } from '../export-folder.client.js';
import { type ExportedFile, filesOf, readFileNames } from './file-names.js';
import { FileSequence } from './file-sequence.js';
import { judgedInTurns } from './judged.client.js';
import { PLAIN_STREAMS, SCOPED_STREAMS, type Stream, streamOf } from './lists.js';
import { MANIFEST, type Manifest, readManifest } from './manifest.js';
import { type EpmmPage, readPage, readPing } from './page.js';
import { withRightsOf } from './rights.js';

export interface IvantiEpmmFilesSettings {
  readonly name: string;
  readonly folder: string;
  /** Device spaces by id, or null: those of the device_spaces file, else those in the names of the files. */
  readonly scopes: readonly string[] | null;
  /** The largest file, in bytes. */
  readonly pageBytes?: number;
}

export interface FilesDeps {
  readonly now: () => Date;
}

const MANIFEST_BYTES = 64 * 1024;

/**
 * Answers of an EPMM server that somebody exported into a folder. The folder's names and its manifest are read now:
 * make a new source for each run. @throws SourceError bad-shape, missing-file, too-large
 */
export async function createIvantiEpmmFiles(
  settings: IvantiEpmmFilesSettings,
  { now }: FilesDeps = { now: () => new Date() },
): Promise<IvantiEpmmFilesSource> {
  const folder = await ExportFolder.open(settings.folder);
  const manifest = readManifest((await folder.read(MANIFEST, MANIFEST_BYTES)).toString('utf8'), now());
  const files = readFileNames(await folder.names());
  return new IvantiEpmmFilesSource(settings, folder, manifest, files);
}

export class IvantiEpmmFilesSource implements Source {
  readonly kind = 'ivanti-epmm-files';
  readonly ownAccount = null;
  readonly name: string;
  readonly scopeStream: string | null;
  readonly configuredScopes: readonly string[] | null;
  readonly statedBy: string;
  readonly exportedAt: Date;
  readonly withRightsOf = withRightsOf;
  /** Spaces for which there are files. */
  readonly #exportedScopes: readonly string[];
  readonly #folder: ExportFolder;
  readonly #maxBytes: number;

  constructor(
    settings: IvantiEpmmFilesSettings,
    folder: ExportFolder,
    manifest: Manifest,
    private readonly files: readonly ExportedFile[],
  ) {
    this.#folder = folder;
    this.name = settings.name;
    this.statedBy = manifest.exporter;
    this.exportedAt = manifest.exportedAt;
    this.#maxBytes = settings.pageBytes ?? DEFAULT_LIMITS.pageBytes;
    const scopes = new Set(files.map((file) => file.scope).filter((scope) => scope !== ''));
    this.#exportedScopes = [...scopes].sort((a, b) => Number(a) - Number(b));
    const listed = files.some((file) => file.stream === 'device_spaces');
    this.scopeStream = listed ? 'device_spaces' : null;
    this.configuredScopes = settings.scopes ?? (listed ? null : this.#exportedScopes);
  }

  /** An export without a ping is fine: then the server's version is not known. */
  async ping(): Promise<ServerInfo> {
    const file = this.files.find(({ stream }) => stream === 'ping');
    if (file === undefined) return { serverVersion: null, apiVersion: null };
    return readPing(await this.#folder.read(file.name, this.#maxBytes));
  }

  plainSteps(): readonly Step[] {
    return PLAIN_STREAMS.map((stream) => ({ stream, scope: '' }));
  }

  scopedSteps(scope: string): readonly Step[] {
    return SCOPED_STREAMS.map((stream) => ({ stream, scope }));
  }

  async *read(step: Step, { signal }: ReadOptions): AsyncGenerator<Page> {
    const stream = streamOf(step.stream);
    const groups = filesOf(this.files, stream, step.scope);
    const total = groups.length === 1 ? undefined : await this.#sumOfTotals(stream, groups);
    const listed = new Set<string>();
    let no = 0;
    for (const group of groups) {
      const sequence = new FileSequence(stream, group);
      for (const file of group) {
        if (signal.aborted) throw new SourceError('cancelled', `${file.name}: the read was cancelled`);
        const page = await this.#page(stream, file, no++);
        const faults = sequence.accept(file, page);
        if (stream === 'device_spaces') {
          for (const { matchKey } of page.records()) listed.add(matchKey);
          if (sequence.isOver) faults.push(...this.#unlistedScopes(listed));
        }
        yield page.noting(faults, total);
      }
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #page(stream: Stream, file: ExportedFile, no: number): Promise<EpmmPage> {
    const bytes = await this.#folder.read(file.name, this.#maxBytes);
    const answer = { bytes, sentAt: this.exportedAt, receivedAt: this.exportedAt };
    return judgedInTurns(readPage(answer, { stream, scope: file.scope, no, file: file.name }));
  }

  /** A directory exported by type is one list, so each of its pages states what all types have together. */
  async #sumOfTotals(stream: Stream, groups: readonly (readonly ExportedFile[])[]): Promise<number | null> {
    let sum = 0;
    for (const [first] of groups) {
      const total = first === undefined ? null : (await this.#page(stream, first, 0)).total;
      if (total === null) return null;
      sum += total;
    }
    return sum;
  }

  /** Files of a space that is not among those listed would be passed over in silence. */
  #unlistedScopes(listed: ReadonlySet<string>): Fault[] {
    if (this.configuredScopes !== null) return [];
    const unlisted = this.#exportedScopes.filter((scope) => !listed.has(scope));
    return unlisted.map((scope) => ({
      code: 'bad-shape',
      message: `there are files of space ${scope}, which device_spaces does not list`,
    }));
  }
}
