/** Names of exported files: `<stream>[.<type>].space-<id>.offset-<n>.json`. */
import { didYouMean } from '../../platform/config/nearest.js';
import { SourceError } from '../source.js';
import { LISTS, STREAMS, type Stream } from './lists.js';
import { MANIFEST } from './manifest.js';
import { LDAP_TYPES, type LdapType } from './schemas.js';

export interface ExportedFile {
  readonly name: string;
  readonly stream: Stream | 'ping';
  /** Of ldap_entity_summary only. */
  readonly type: LdapType | 'ALL' | null;
  /** '' for a list of the whole server. */
  readonly scope: string;
  /** Rows in the files before it. */
  readonly offset: number;
}

const TYPES = ['ALL', ...LDAP_TYPES] as const;
const KNOWN = ['ping', ...STREAMS] as const;
const PARTS = /^(\w+)(?:\.([A-Za-z]+))?(?:\.space-(0|[1-9]\d{0,15}))?(?:\.offset-(0|[1-9]\d{0,8}))?\.json$/;

/**
 * @param names of everything in the folder; names that begin with a dot and the manifest are not of interest
 * @throws SourceError bad-shape, naming the file
 */
export function readFileNames(names: readonly string[]): ExportedFile[] {
  const relevant = names.filter((name) => name !== MANIFEST && !name.startsWith('.'));
  const files = relevant.sort().map(readFileName);
  const places = new Map<string, ExportedFile>();
  for (const file of files) {
    const place = fileName(file);
    const other = places.get(place);
    if (other !== undefined)
      throw fault(file.name, `says the same place as ${other.name}; one of them must go`);
    places.set(place, file);
  }
  refuseOverlappingTypes(files);
  return files;
}

function readFileName(name: string): ExportedFile {
  const [, word = name.split('.')[0] ?? name, typeWord, space, offset] = PARTS.exec(name) ?? [];
  const stream = KNOWN.find((known) => known === word);
  if (stream === undefined) throw fault(name, `no stream is called "${word}"${didYouMean(word, KNOWN)}`);
  if (!PARTS.test(name)) throw fault(name, `expected a name like ${fileName(example(stream))}`);
  const scoped = stream !== 'ping' && LISTS[stream].scoped;
  if (scoped && (space === undefined || offset === undefined)) {
    throw fault(name, `expected the space and the offset in its name, like ${fileName(example(stream))}`);
  }
  return {
    name,
    stream,
    type: readType(name, stream, typeWord),
    scope: scoped ? (space ?? '') : '',
    offset: Number(offset ?? 0),
  };
}

function readType(
  name: string,
  stream: ExportedFile['stream'],
  word: string | undefined,
): ExportedFile['type'] {
  if (stream !== 'ldap_entity_summary') {
    if (word === undefined) return null;
    throw fault(name, `${stream} has no types, only ldap_entity_summary has`);
  }
  const type = TYPES.find((known) => known === (word ?? 'ALL').toUpperCase());
  if (type !== undefined) return type;
  throw fault(
    name,
    `no type is called "${word}"${didYouMean(word ?? '', TYPES)}; known are ${TYPES.join(', ')}`,
  );
}

/** ALL holds what OU, GROUP and USER hold: with both, every entry would be there twice. */
function refuseOverlappingTypes(files: readonly ExportedFile[]): void {
  for (const file of files.filter(({ type }) => type === 'ALL')) {
    const other = files.find(({ scope, type }) => scope === file.scope && type !== null && type !== 'ALL');
    if (other !== undefined)
      throw fault(file.name, `overlaps with ${other.name}: give ALL, or OU, GROUP and USER`);
  }
}

/** The full name of a file at a place. */
export function fileName({ stream, type, scope, offset }: Omit<ExportedFile, 'name'>): string {
  const parts = [
    stream,
    type,
    scope === '' ? null : `space-${scope}`,
    stream === 'ping' ? null : `offset-${offset}`,
  ];
  return `${parts.filter((part) => part !== null).join('.')}.json`;
}

function example(stream: ExportedFile['stream']): Omit<ExportedFile, 'name'> {
  const scoped = stream !== 'ping' && LISTS[stream].scoped;
  return {
    stream,
    type: stream === 'ldap_entity_summary' ? 'ALL' : null,
    scope: scoped ? '1' : '',
    offset: 0,
  };
}

/**
 * The files of one list, in their order; for a directory listed by type, one group for each type.
 * @throws SourceError missing-file
 */
export function filesOf(files: readonly ExportedFile[], stream: Stream, scope: string): ExportedFile[][] {
  const ofList = files.filter((file) => file.stream === stream && file.scope === scope);
  const types: readonly ExportedFile['type'][] =
    stream !== 'ldap_entity_summary'
      ? [null]
      : ofList.some(({ type }) => type !== 'ALL')
        ? LDAP_TYPES
        : ['ALL'];
  return types.map((type) => {
    const group = ofList.filter((file) => file.type === type).sort((a, b) => a.offset - b.offset);
    if (group.length === 0) throw missingFile({ stream, type, scope, offset: 0 });
    return group;
  });
}

export function missingFile(place: Omit<ExportedFile, 'name'>): SourceError {
  return new SourceError('missing-file', `${fileName(place)} is not in the folder`);
}

function fault(name: string, words: string): SourceError {
  return new SourceError('bad-shape', `${name}: ${words}`);
}
