import { permissionModelOf } from '../access/permission-model.js';
import { defineCommand } from '../platform/command/command.js';
import { productOf } from '../sources/source-config.js';
import { knownSource, knownSources } from './known-source.view.js';
import type { SnapshotView } from './observation.js';
import { snapshotsText } from './snapshots-text.js';
import { snapshotsOf } from './snapshots.view.js';

export const snapshotsCommand = defineCommand({
  name: 'snapshots',
  summary: 'list the snapshots, and how each part of them was obtained',
  description:
    'Lists the snapshots of one source or of all, newest first: seq, time, digest, root, and for each list the verdict with its proof.',
  arguments: { source: { description: 'only this source' } },
  options: { last: { kind: 'count', value: 'N', description: 'only the newest N of each source' } },
  examples: ['rolewatch snapshots hq --last 5', 'rolewatch snapshots --json'],
  async run(context, args, options) {
    const { db } = await context.openDatabase();
    const sources = args.source === undefined ? await knownSources(db) : [await knownSource(db, args.source)];
    const snapshots: SnapshotView[] = [];
    for (const { name } of sources) snapshots.push(...(await snapshotsOf(db, name, { limit: options.last })));
    const kinds = new Map(sources.map(({ name, kind }) => [name, kind]));
    const scopeWordOf = (source: string): string =>
      permissionModelOf(productOf(kinds.get(source) ?? '')).scopeWord;
    await context.print({ snapshots }, () => snapshotsText(snapshots, scopeWordOf));
    return 0;
  },
});
