/**
 * What the pipeline relies on about a source of a mambo EMM team, however it is read: by file or over HTTP, in whatever
 * style a server pages. Both give the same records for the same team, so the same digests, changes and verdicts.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { northwindField, type Team } from '../../../demo/estate/team.js';
import { exportTeam } from '../../../demo/estate/team-export.js';
import { createMamboEmmFiles } from '../../../src/sources/mambo-emm/mambo-emm-files.client.js';
import type { Fault, ReadRecord, Source } from '../../../src/sources/source.js';

/** A way to read a team. */
export interface TeamAccess {
  open(): Promise<Source>;
  close(): Promise<void>;
}

interface WholeRead {
  readonly records: readonly ReadRecord[];
  readonly rows: number;
  readonly totals: readonly (number | null)[];
  readonly faults: readonly Fault[];
}

export async function readList(source: Source, stream: string, proveEnd = true): Promise<WholeRead> {
  const pages = [];
  const step = { stream, scope: source.configuredScopes?.[0] ?? '' };
  const signal = new AbortController().signal;
  for await (const page of source.read(step, { signal, proveEnd })) pages.push(page);
  expect(pages.map(({ no }) => no)).toEqual(pages.map((_, i) => i));
  return {
    records: pages.flatMap((page) => page.records()),
    rows: pages.reduce((sum, { rows }) => sum + rows, 0),
    totals: [...new Set(pages.map(({ total }) => total))],
    faults: pages.flatMap(({ faults }) => faults),
  };
}

/** @param make a way to read this team; `team` may change afterwards, and a source opened later must show it */
export function describeTeamContract(name: string, make: (team: Team) => Promise<TeamAccess>): void {
  describe(`a team read ${name}`, () => {
    let team: Team;
    let access: TeamAccess;
    beforeEach(async () => {
      team = northwindField();
      access = await make(team);
    });
    afterEach(() => access.close());

    async function reading<T>(read: (source: Source) => Promise<T>): Promise<T> {
      const source = await access.open();
      try {
        return await read(source);
      } finally {
        await source.close();
      }
    }

    it('is one scope with three lists, and no directory', () =>
      reading(async (source) => {
        expect(source.configuredScopes).toEqual([team.key]);
        expect(source.scopeStream).toBeNull();
        expect(source.plainSteps()).toEqual([]);
        expect(source.scopedSteps(team.key)).toEqual(
          ['access_tokens', 'roles', 'members'].map((stream) => ({ stream, scope: team.key })),
        );
        await source.ping(new AbortController().signal);
      }));

    it('gives every entry once, with totals that hold and without faults', () =>
      reading(async (source) => {
        const sizes = { access_tokens: team.tokens, roles: team.roles, members: team.members };
        for (const [stream, entries] of Object.entries(sizes)) {
          const { records, rows, totals, faults } = await readList(source, stream);
          expect(faults).toEqual([]);
          expect(records.map(({ matchKey }) => matchKey)).toEqual(entries.map(({ id }) => id));
          expect(rows).toBe(entries.length);
          expect([[entries.length], [null]]).toContainEqual(totals);
        }
      }));

    it('gives the same again when it is read again', () =>
      reading(async (source) => {
        expect(await readList(source, 'access_tokens')).toEqual(await readList(source, 'access_tokens'));
      }));

    it('is, record by record, what an export as YAML says', async () => {
      const other = await byFile('yaml')(team);
      const yaml = await other.open();
      await reading(async (source) => {
        for (const stream of ['access_tokens', 'roles', 'members'])
          expect((await readList(source, stream)).records).toEqual((await readList(yaml, stream)).records);
      });
      await other.close();
    });

    it('shows what people change', async () => {
      const permissionsOf = (): Promise<unknown> =>
        reading(async (source) => (await readList(source, 'access_tokens')).records[1]?.body['permissions']);
      const before = await permissionsOf();
      const { held } = team.tokens[1] ?? { held: { levels: {}, commands: [] } };
      team.changeToken('tok-ci', { held: { ...held, commands: ['wipe'] } });
      expect(await permissionsOf()).toEqual(['device-commands.wipe', ...(before as string[])]);
    });

    it('keeps, where a read is not believed, the rights of both', () =>
      reading(async (source) => {
        const [record] = (await readList(source, 'access_tokens')).records;
        if (record === undefined) throw new Error('the team has tokens');
        const merged = source.withRightsOf({ permissions: ['billing.update'] }, record);
        expect(merged.grants).toContainEqual({ target: 'permission:billing.update', inScope: team.key });
        expect(merged.grants).toHaveLength(record.grants.length + 1);
      }));
  });
}

/** A team that somebody exports anew whenever it is read. */
export function byFile(kind: 'yaml' | 'json' | 'csv'): (team: Team) => Promise<TeamAccess> {
  return async (team) => {
    const folder = await mkdtemp(join(tmpdir(), 'rolewatch-team-'));
    const open = async (): Promise<Source> => {
      const exported = { exportedAt: new Date('2026-03-18T05:00:00Z'), exporter: 'Eve Exporter' };
      const file = await exportTeam(team, folder, kind, exported);
      return createMamboEmmFiles({ name: 'team', team: team.key, file });
    };
    return { open, close: () => rm(folder, { recursive: true }) };
  };
}
