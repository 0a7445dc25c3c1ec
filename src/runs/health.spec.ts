import { ownTroubles, preventing, replicaTroubles, schemaTroubles } from './health.js';
import type { ReplicaStatus } from './replicas.view.js';

const well = { stopping: false, lookedMsAgo: 4_000, notJudging: null, skew: { aheadMs: 3, unsureMs: 1 } };
const worker: ReplicaStatus = {
  ...{ id: 'a/1/x', roles: ['worker'], version: '1.0.0', startedAt: new Date(0) },
  ...{ beatSeconds: 3, lookedSeconds: 4, clock: { aheadMs: 2, unsureMs: 1 } },
};
const codes = (troubles: readonly { readonly code: string }[]) => troubles.map(({ code }) => code);

describe('what is wrong with a process', () => {
  it('is nothing where all is well, or it looks for no work', () => {
    expect(ownTroubles(well)).toEqual([]);
    expect(ownTroubles({ ...well, lookedMsAgo: null, skew: null })).toEqual([]);
  });

  it('is told with its reason; only some of it keeps it from its work', () => {
    const troubles = ownTroubles({
      ...{ stopping: true, lookedMsAgo: 61_000, notJudging: 'no ruleset is active' },
      skew: { aheadMs: 7_200_000, unsureMs: 1 },
    });
    expect(codes(troubles)).toEqual(['stopping', 'pulse-silent', 'not-judging', 'clock-skew']);
    expect(codes(preventing(troubles))).toEqual(['stopping', 'pulse-silent']);
    expect(troubles[1]?.why).toBe('this process has not looked for work for 61 s');
  });
});

describe('a schema', () => {
  it('that is newer, older or half migrated is named', () => {
    expect(schemaTroubles({ unknown: [], missing: [], unfinished: [] })).toEqual([]);
    const troubles = schemaTroubles({ unknown: ['9_new'], missing: ['1_old'], unfinished: ['1_half'] });
    expect(codes(preventing(troubles))).toEqual(['schema-newer', 'schema-older', 'migrations-pending']);
    expect(troubles[0]?.why).toContain('9_new');
  });
});

describe('the processes together', () => {
  it('are well while one looks for work', () => {
    expect(replicaTroubles([worker, { ...worker, lookedSeconds: 500 }])).toEqual([]);
  });

  it('are not without a worker, with silent ones only, or with a clock that differs', () => {
    expect(codes(replicaTroubles([]))).toEqual(['no-worker']);
    expect(codes(replicaTroubles([{ ...worker, roles: ['api'] }]))).toEqual(['no-worker']);
    expect(replicaTroubles([{ ...worker, lookedSeconds: 61 }])[0]?.why).toContain('61 s');
    expect(codes(replicaTroubles([{ ...worker, clock: { aheadMs: -40_000, unsureMs: 0 } }]))).toEqual([
      'clock-skew',
    ]);
  });
});
