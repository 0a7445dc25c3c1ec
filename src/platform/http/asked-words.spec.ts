import { z } from 'zod';
import { askedWords } from './asked-words.js';

const SHAPE = z.strictObject({
  severity: z.enum(['high', 'low']).optional(),
  limit: z.coerce.number().int().min(1).max(1000).optional(),
  before: z.iso.datetime().optional(),
  reason: z.string().min(1).max(5).optional(),
  key: z.string(),
  people: z.literal('true').optional(),
  from: z.union([z.number(), z.string()]).optional(),
});

function words(asked: object): string {
  return askedWords(SHAPE.safeParse({ key: 'x', ...asked }).error?.issues ?? []);
}

describe('what is wrong with what is asked', () => {
  it.each([
    [{ severity: 'hgh' }, 'severity: must be one of high, low'],
    [{ people: 'yes' }, 'people: must be true'],
    [{ limit: '0' }, 'limit: must be at least 1'],
    [{ limit: '99999999999999999999' }, 'limit: must be at most 1000'],
    [{ limit: 'many' }, 'limit: must be a number'],
    [{ before: 'x' }, 'before: must be a time with its zone such as 2026-03-01T12:00:00Z'],
    [{ reason: '' }, 'reason: must not be empty'],
    [{ reason: 'longer' }, 'reason: must be at most 5 characters long'],
    [{ key: undefined }, 'key: missing'],
    [{ key: 5 }, 'key: must be a text'],
    [{ a: 1, b: 2 }, 'unknown key "a"; unknown key "b"'],
    [{ from: ['1', '2'] }, 'from: must be one value, given once'],
    [{}, ''],
  ])('%j is told in plain words', (asked, said) => {
    expect(words(asked)).toBe(said);
  });

  it('is told as the shape says it, where the shape does', () => {
    const digest = z.string().regex(/^x$/, 'must be a digest');
    expect(askedWords(digest.safeParse('y').error?.issues ?? [])).toBe('must be a digest');
  });
});
