import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { canonicalBytes } from '../platform/canonical.js';
import { type ListReading, notRead } from './list-reading.js';
import { type ManifestInput, manifestOf } from './manifest.js';

const at = new Date('2026-03-01T10:00:00Z');
const input: ManifestInput = {
  source: 'hq',
  seq: 2,
  recordedAt: at,
  root: Buffer.from('aa', 'hex'),
  previousDigest: Buffer.from('bb', 'hex'),
  counts: { records: 4, grants: 3, rolePermissions: 2, links: 1 },
  facts: {
    kind: 'ivanti-epmm',
    statedBy: 'rolewatch',
    serverVersion: '12',
    apiVersion: null,
    configDigest: 'c',
    tiersDigest: 't',
    rulesetDigest: null,
    journal: null,
    simulated: false,
  },
  readings: [],
  observedAt: at,
  leftScopes: [{ scope: '3', by: 'scope' }],
};
const read: ListReading = {
  ...notRead({ stream: 'users', scope: '' }, ''),
  verdict: 'complete',
  why: null,
  reads: 2,
  rows: 7,
  total: 7,
  pages: 1,
  pagesDigest: Buffer.from('dd', 'hex'),
  readFrom: at,
  readTo: at,
  held: { count: 6, why: 'too many' },
};
const readings = fc.uniqueArray(
  fc
    .tuple(fc.constantFrom('users', 'user_summary', 'roles'), fc.constantFrom('', '1', '10', '2'), fc.nat(9))
    .map(([stream, scope, rows]): ListReading => ({ ...read, step: { stream, scope }, rows })),
  { selector: ({ step }) => `${step.stream} ${step.scope}` },
);
const content = (one: ManifestInput) => JSON.parse(manifestOf(one).text) as Record<string, unknown>;

describe('laws of the manifest', () => {
  it('its text is canonical, and its digest is that of its text', () => {
    fc.assert(
      fc.property(readings, fc.nat(), (all, seq) => {
        const { text, digest } = manifestOf({ ...input, readings: all, seq });
        expect(canonicalBytes(JSON.parse(text)).toString()).toBe(text);
        expect(digest).toEqual(createHash('sha256').update(text, 'utf8').digest());
      }),
    );
  });

  it('the order in which lists were read says nothing: they stand by stream and scope', () => {
    fc.assert(
      fc.property(readings, (all) => {
        const made = manifestOf({ ...input, readings: all });
        expect(manifestOf({ ...input, readings: [...all].reverse() })).toEqual(made);
        const listed = content({ ...input, readings: all })['observations'] as {
          stream: string;
          scope: string;
        }[];
        const keys = listed.map(({ stream, scope }) => [stream, scope].join('\0'));
        expect(keys).toEqual([...keys].sort());
      }),
    );
  });

  it('says all that it is given, and nothing of what is not known', () => {
    expect(
      content({ ...input, readings: [read, { ...notRead({ stream: 'roles', scope: '1' }, 'denied') }] }),
    ).toEqual({
      tree: 1,
      form: 1,
      source: 'hq',
      seq: 2,
      recordedAt: '2026-03-01T10:00:00.000Z',
      observedAt: '2026-03-01T10:00:00.000Z',
      root: 'aa',
      previousDigest: 'bb',
      counts: { records: 4, grants: 3, rolePermissions: 2, links: 1 },
      kind: 'ivanti-epmm',
      statedBy: 'rolewatch',
      server: { serverVersion: '12', apiVersion: null },
      configDigest: 'c',
      tiersDigest: 't',
      rulesetDigest: null,
      journal: null,
      observations: [
        {
          ...{
            stream: 'roles',
            scope: '1',
            verdict: 'partial',
            why: 'denied',
            rows: 0,
            total: null,
            pages: 0,
          },
          ...{ reads: 0, pagesDigest: null, readFrom: null, readTo: null, unconfirmed: 0, held: 0 },
        },
        {
          ...{
            stream: 'users',
            scope: '',
            verdict: 'complete',
            why: 'too many',
            rows: 7,
            total: 7,
            pages: 1,
          },
          ...{ reads: 2, pagesDigest: 'dd', unconfirmed: 0, held: 6 },
          ...{ readFrom: '2026-03-01T10:00:00.000Z', readTo: '2026-03-01T10:00:00.000Z' },
        },
      ],
      leftScopes: [{ scope: '3', by: 'scope' }],
    });
  });

  it('data that are made up say so, and the first snapshot has none before it', () => {
    expect(content({ ...input, facts: { ...input.facts, simulated: true } })).toMatchObject({
      simulated: true,
    });
    expect(content(input)).not.toHaveProperty('simulated');
    expect(content({ ...input, previousDigest: null })).toMatchObject({ previousDigest: null });
  });
});
