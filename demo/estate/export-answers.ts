/** Writes what the server would answer into a folder, as somebody with access would export it for Rolewatch. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { answer } from './answers.js';
import type { Call, Stream } from './answers.js';
import type { Estate } from './estate.js';
import { GLOBAL } from './estate.js';
import { rowsFrom } from './listing.js';
import type { Row } from './listing.js';
import { respelled } from './spelling.js';

export interface ExportOptions {
  readonly exportedAt: Date;
  readonly exporter?: string;
  readonly server?: string;
  /** Rows a file; the user list never has more than 200. */
  readonly pageSize?: number;
  /** As `EpmmServer.spelling`. */
  readonly spelling?: number | null;
}

interface Part {
  readonly stream: Exclude<Stream, 'ldap_entities'>;
  readonly maxRows: number;
  readonly type?: 'ALL';
  readonly everySpace: boolean;
}

const PARTS: readonly Part[] = [
  { stream: 'ping', maxRows: 1, everySpace: false },
  { stream: 'device_spaces', maxRows: 10_000, everySpace: false },
  { stream: 'users', maxRows: 200, everySpace: false },
  { stream: 'user_summary', maxRows: 10_000, everySpace: true },
  { stream: 'ldap_entity_summary', maxRows: 10_000, type: 'ALL', everySpace: true },
  // The catalogue is one answer, whatever its size: the call takes no limit.
  { stream: 'roles', maxRows: Infinity, everySpace: true },
];

/** @returns the names of the files, in the order in which they were written */
export async function exportAnswers(
  estate: Estate,
  folder: string,
  options: ExportOptions,
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const written: string[] = [];
  const write = async (name: string, text: string): Promise<void> => {
    await writeFile(join(folder, name), text);
    written.push(name);
  };
  await write('manifest.yaml', manifest(options));
  for (const part of PARTS)
    for (const space of part.everySpace ? estate.spaces().map(({ id }) => id) : [GLOBAL])
      for (const file of files(estate, part, space, options))
        await write(file.name, JSON.stringify(file.body));
  return written;
}

function manifest({ exportedAt, exporter, server }: ExportOptions): string {
  return stringify({
    exportedAt: exportedAt.toISOString(),
    exporter: exporter ?? 'Simulated Admin',
    server: server ?? 'https://core.example.com',
  });
}

function* files(
  estate: Estate,
  part: Part,
  space: number,
  { pageSize, spelling = null }: ExportOptions,
): Generator<{ name: string; body: unknown }> {
  const { stream, type = '' } = part;
  const call: Call = {
    ...{ stream, type, space: String(space), query: '', sortField: '', descending: false },
    ...{
      offset: 0,
      limit: part.maxRows === Infinity ? Infinity : Math.min(part.maxRows, pageSize ?? 10_000),
    },
  };
  const listing = spelling === null ? answer(estate, call) : respelled(answer(estate, call), spelling);
  const stem = [stream, ...(type === '' ? [] : [type]), `space-${space}`].join('.');
  do {
    const rows = [...rowsFrom(listing, call.offset, call.limit)];
    yield {
      name: `${stem}.offset-${call.offset}.json`,
      body: envelope(stream, rows, listing.size, call.offset),
    };
    call.offset += call.limit;
  } while (call.offset < listing.size);
}

function envelope(stream: Stream, rows: readonly Row[], totalCount: number, offset: number): unknown {
  if (stream === 'ping') return { results: rows[0] };
  const counts = { totalCount, resultCount: rows.length };
  return stream === 'device_spaces'
    ? { results: rows, ...counts, hasMore: offset + rows.length < totalCount }
    : { results: rows, ...counts };
}
