import fc from 'fast-check';
import { grantsAt } from '../../../src/snapshots/grants.view.js';
import { History, type Read, type Row, SOURCE } from './history.js';

const SCOPES = ['1', '3'] as const;
const STREAM = 'user_summary';

/** What the list of one scope states of one admin: scopes in which it holds the one role there is. */
interface Step {
  readonly verdicts: Readonly<Record<string, 'complete' | 'partial'>>;
  readonly stated: Readonly<Record<string, readonly string[]>>;
}

const step: fc.Arbitrary<Step> = fc.record({
  verdicts: fc.record({
    '1': fc.constantFrom('complete', 'partial'),
    '3': fc.constantFrom('complete', 'partial'),
  }),
  stated: fc.record({ '1': fc.subarray([...SCOPES]), '3': fc.subarray([...SCOPES]) }),
});

function rowsOf({ stated }: Step): Row[] {
  return SCOPES.map((scope) => ({
    stream: STREAM,
    scope,
    nameSpace: 'admin',
    key: 'ann',
    grants: (stated[scope] ?? []).map((inScope) => ['7', inScope] as const),
  }));
}

/** Once its own scope's list has shown it in a complete read, that list alone decides; before, any list does. */
function inForce(steps: readonly Step[], seq: number, inScope: string): boolean {
  const stated = (at: number, scope: string): boolean => steps[at]?.stated[scope]?.includes(inScope) ?? false;
  const shown = steps
    .slice(0, seq)
    .some((one, at) => one.verdicts[inScope] === 'complete' && stated(at, inScope));
  const deciding = shown ? [inScope] : SCOPES;
  return deciding.some((scope) => stated(seq - 1, scope));
}

describe('grants in force', () => {
  it('are those of a plain model, in every snapshot of any history', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const history = await History.open();
        try {
          for (const one of steps) {
            const reads = SCOPES.map((scope): Read => ({
              stream: STREAM,
              scope,
              verdict: one.verdicts[scope],
            }));
            await history.publish({ rows: rowsOf(one), reads });
          }
          for (let seq = 1; seq <= steps.length; seq += 1) {
            const found = (await grantsAt(history.db, SOURCE, seq)).map((grant) => grant.inScope);
            expect(found).toEqual(SCOPES.filter((inScope) => inForce(steps, seq, inScope)));
          }
        } finally {
          await history.close();
        }
      }),
      { numRuns: 20 },
    );
  }, 60_000);

  it('can be asked for by principal, target and scope', async () => {
    const history = await History.open();
    const row = (key: string, grants: Row['grants']): Row => ({
      stream: STREAM,
      scope: '1',
      nameSpace: 'admin',
      key,
      grants,
    });
    await history.publish({
      rows: [
        row('ann', [
          ['7', '1'],
          ['2', '3'],
        ]),
        row('bob', [['7', '1']]),
      ],
    });
    const ann = history.id('admin', 'ann');
    const ask = async (filter: Parameters<typeof grantsAt>[3]) =>
      (await grantsAt(history.db, SOURCE, 1, filter)).map((one) => [
        one.principal === ann,
        one.target,
        one.inScope,
      ]);
    expect(await ask({ principals: [ann] })).toEqual([
      [true, 'role:2', '3'],
      [true, 'role:7', '1'],
    ]);
    expect(await ask({ targets: ['role:2'] })).toEqual([[true, 'role:2', '3']]);
    expect(await ask({ inScopes: ['1'] })).toEqual([
      [true, 'role:7', '1'],
      [false, 'role:7', '1'],
    ]);
    expect(await ask({ principals: [] })).toEqual([]);
    await history.close();
  });
});
