import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportAnswers } from '../../../demo/estate/export-answers.js';
import type { ReportedChange } from '../../../src/drift/report.js';
import { Pipeline } from '../../support/pipeline.js';
import { stored, untruths } from './lists.js';
import { addAdmin, addPerson, FIELD, HELPDESK, village, WIPERS } from './village.js';

const day = (n: number): Date => new Date(Date.UTC(2026, 0, n));

describe('answers that somebody exported', () => {
  let pipeline: Pipeline;
  let folders: string;
  let exports = 0;

  beforeEach(async () => {
    folders = await mkdtemp(join(tmpdir(), 'rolewatch-exports-'));
    pipeline = await Pipeline.start({ estate: village(), pageSize: 3 });
  });
  afterEach(async () => {
    await pipeline.stop();
    await rm(folders, { recursive: true });
  });

  async function exported(exportedAt: Date, spelling: number | null = null): Promise<string> {
    const folder = join(folders, String(++exports));
    await exportAnswers(pipeline.estate, folder, {
      exportedAt,
      exporter: 'Eve Exporter',
      pageSize: 3,
      spelling,
    });
    return folder;
  }

  function happen(): void {
    addAdmin(pipeline.estate, 'zoe', [FIELD, 7]);
    addPerson(pipeline.estate, 'Kim', HELPDESK);
    pipeline.estate.growGroup(WIPERS, 2);
    pipeline.estate.removeAdmin('bob');
  }

  it('are kept as what the server would have said itself', async () => {
    await pipeline.publish();
    const live = await stored(pipeline.db);
    const other = await Pipeline.start({ estate: pipeline.estate });
    try {
      other.folder = await exported(day(1), 4);
      await other.publish();
      expect(await stored(other.db)).toEqual(live);
      expect(await other.fsck()).toEqual([]);
    } finally {
      await other.stop();
    }
  });

  it('give the root that the server gave, where keys and salts are there already', async () => {
    for (let n = 0; n < 2; n++) await pipeline.publish();
    pipeline.folder = await exported(new Date());
    const seq = await pipeline.publish();
    expect(await pipeline.changes(seq)).toEqual([]);
    expect(await pipeline.root(seq)).toBe(await pipeline.root(2));
  });

  it('tell the changes that the server tells, dated by who exported them', async () => {
    const live = await Pipeline.start({ estate: pipeline.estate });
    try {
      await live.publish();
      pipeline.folder = await exported(day(1));
      await pipeline.publish();
      happen();
      pipeline.folder = await exported(day(2));
      const told = await pipeline.changes(await pipeline.publish());
      expect(told.map(withoutWindow)).toEqual((await live.changes(await live.publish())).map(withoutWindow));
      expect(told.length).toBeGreaterThan(4);
      for (const { window } of told)
        expect(window).toEqual({ notSeenAt: day(1), seenAt: day(2), statedBy: ['Eve Exporter'] });
      expect(await untruths(pipeline.db, pipeline.estate)).toEqual([]);
      expect(await pipeline.fsck()).toEqual([]);
    } finally {
      await live.stop();
    }
  });

  it('are refused when they are older than what is known', async () => {
    pipeline.folder = await exported(day(2));
    await pipeline.publish();
    pipeline.folder = await exported(day(1));
    const outcome = await pipeline.run();
    expect(outcome).toMatchObject({
      outcome: 'failed',
      why: expect.stringContaining('older than the last snapshot'),
    });
    expect(await pipeline.fsck()).toEqual([]);
  });
});

const withoutWindow = ({ window: _, ...change }: ReportedChange): Omit<ReportedChange, 'window'> => change;
