import type { Estate } from '../../../../demo/estate/estate.js';
import type { ReportedChange } from '../../../../src/drift/report.js';
import { Pipeline } from '../../../support/pipeline.js';
import { untruths } from '../lists.js';
import { FIELD, GLOBAL, SHOPS, village } from '../village.js';

/** A change as expected; `part` says of which of the expected ones it is a part. */
export interface Expected extends Partial<Omit<ReportedChange, 'partOf'>> {
  readonly what: ReportedChange['what'];
  readonly cause: ReportedChange['cause'];
  readonly part?: number;
}

export interface World {
  readonly estate: Estate;
  /** A run of which nothing is expected. */
  pass(): Promise<void>;
  /** Lets something happen, and expects the next run to tell this of it, in this order, once, and nothing else. */
  telling(happen: () => void, expected: readonly Expected[]): Promise<void>;
}

/** Each test on a server that answers for all spaces at once, and on one that answers for the asked one only. */
export function describeTelling(title: string, define: (world: World) => void): void {
  describe.each([true, false])(`${title} (a summary gives all spaces: %s)`, (summaryGivesAllSpaces) => {
    let pipeline: Pipeline;
    beforeEach(async () => {
      pipeline = await Pipeline.start({ estate: village({ summaryGivesAllSpaces }) });
      await pipeline.publish();
    });
    afterEach(() => pipeline.stop());
    define({
      get estate() {
        return pipeline.estate;
      },
      async pass() {
        await pipeline.publish();
      },
      telling: (happen, expected) => tells(pipeline, happen, expected),
    });
  });
}

async function tells(pipeline: Pipeline, happen: () => void, expected: readonly Expected[]): Promise<void> {
  const at = await pipeline.now();
  happen();
  const seq = await pipeline.publish();
  const changes = await pipeline.changes(seq);
  expect(changes.map(brief)).toEqual(expected.map(({ what, cause }) => `${what} (${cause})`));
  expected.forEach(({ part, ...change }, index) => {
    expect(changes[index]).toMatchObject(change);
    expect(changes[index]?.partOf).toBe(part === undefined ? undefined : changes[part]?.ids[0]);
  });
  for (const { window } of changes) {
    expect(window.notSeenAt?.getTime()).toBeLessThanOrEqual(at.getTime());
    expect(window.seenAt.getTime()).toBeGreaterThanOrEqual(at.getTime());
    expect(window.statedBy).toEqual(['rolewatch']);
  }
  expect(await pipeline.changes(await pipeline.publish())).toEqual([]);
  expect(await untruths(pipeline.db, pipeline.estate)).toEqual([]);
  expect(await pipeline.fsck()).toEqual([]);
}

function brief({ what, cause }: ReportedChange): string {
  return `${what} (${cause})`;
}

const NAMES = new Map([[GLOBAL, 'Global'], [FIELD, 'Field'], [SHOPS, 'Shops']]); // prettier-ignore

export const scope = (id: number) => ({ key: String(id), name: NAMES.get(id) });
export const role = (id: number) => expect.objectContaining({ id: String(id) }) as ReportedChange['role'];
export const admin = (key: string) => ({ kind: 'local-admin', key, name: key }) as const;

export function granted(key: string, space: number, id: number, gained?: readonly string[]): Expected {
  return {
    ...{
      what: 'role-granted',
      cause: 'assignment',
      subject: admin(key),
      scope: scope(space),
      role: role(id),
    },
    ...(gained && { effective: { gained: expect.arrayContaining([...gained]) as string[], lost: [] } }),
  };
}

export function revoked(key: string, space: number, id: number, lost?: readonly string[]): Expected {
  return {
    ...{
      what: 'role-revoked',
      cause: 'assignment',
      subject: admin(key),
      scope: scope(space),
      role: role(id),
    },
    ...(lost && { effective: { gained: [], lost: expect.arrayContaining([...lost]) as string[] } }),
  };
}

export function attribute(key: string, name: string, before: string, after: string): Expected {
  return {
    what: 'attribute-changed',
    cause: 'directory',
    subject: { kind: expect.anything() as 'role', key, name: expect.anything() as string },
    attribute: { name, before, after },
  };
}
