import { readToken, TOKEN_BYTES, writeToken } from './api-token.js';
import { expiryOf } from './expiry.js';

const chance = (fill: number) => ({
  prefix: Buffer.alloc(TOKEN_BYTES.prefix, fill),
  secret: Buffer.alloc(TOKEN_BYTES.secret, fill),
});

describe('a token', () => {
  it.each([0, 1, 127, 255])('has one form, whatever it is made of (%i)', (fill) => {
    const { text, prefix, hash } = writeToken(chance(fill));
    expect(text).toMatch(/^rw_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}$/);
    expect(readToken(text)).toEqual({ prefix, hash });
    expect(hash).toHaveLength(32);
  });

  it('is not read with any one character changed, left out or added', () => {
    const { text } = writeToken(chance(7));
    for (let i = 0; i < text.length; i += 1) {
      const other = text[i] === 'x' ? 'y' : 'x';
      expect(readToken(text.slice(0, i) + other + text.slice(i + 1))).toBeNull();
      expect(readToken(text.slice(0, i) + text.slice(i + 1))).toBeNull();
    }
    for (const slip of [`${text}a`, ` ${text}`, `${text}\n`, text.toLowerCase()])
      expect(readToken(slip)).toBeNull();
  });
});

describe('when it ends', () => {
  const now = new Date('2026-03-01T12:00:00Z');

  it.each([
    ['90d', '2026-05-30T12:00:00.000Z'],
    ['366d', '2027-03-02T12:00:00.000Z'],
    ['2026-12-31', '2026-12-31T00:00:00.000Z'],
    ['2026-03-01T13:00:00+00:30', '2026-03-01T12:30:00.000Z'],
  ])('is said as %s', (text, at) => {
    expect(expiryOf(text, now).toISOString()).toBe(at);
  });

  it.each([
    '0d',
    '2026-03-01',
    '367d',
    '2028-01-01',
    '2026-02-30',
    '2026-06-31',
    'never',
    '90',
    '',
    '-5d',
    '2026-12-31T00:00:00',
  ])('is not said as "%s"', (text) => {
    expect(() => expiryOf(text, now)).toThrow('--expires');
  });
});
