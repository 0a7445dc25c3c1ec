import fc from 'fast-check';
import { canonicalBytes, sha256 } from './canonical.js';

const json = fc.jsonValue({ maxDepth: 4 });
const text = (value: unknown): string => canonicalBytes(value).toString('utf8');
const digest = (value: unknown): string => sha256(canonicalBytes(value)).toString('hex');

/** The same value, every object of it built in another order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, turned(inner)]),
  );
}

describe('laws of canonical JSON', () => {
  it('canonical text is its own canonical text', () => {
    fc.assert(fc.property(json, (value) => expect(text(JSON.parse(text(value)))).toBe(text(value))));
  });

  it('what is read back has the same digest and is the same value', () => {
    fc.assert(
      fc.property(json, (value) => {
        const back = JSON.parse(text(value)) as unknown;
        expect(digest(back)).toBe(digest(value));
        expect(back).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('the order of keys says nothing, at any depth; the order of an array does', () => {
    fc.assert(fc.property(json, (value) => expect(text(turned(value))).toBe(text(value))));
    expect(text([1, 2])).not.toBe(text([2, 1]));
  });

  it('different values have different bytes', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        const same = text(turned(a)) === text(turned(b));
        expect(text(a) === text(b)).toBe(same);
        if (same) expect(JSON.parse(JSON.stringify(a))).toEqual(JSON.parse(JSON.stringify(b)));
      }),
    );
  });

  it('one number has one form, however it was written, and it reads back as that number', () => {
    expect(new Set(['1', '1.0', '1e0', '10e-1', '0.1e1'].map((n) => text(JSON.parse(n))))).toEqual(
      new Set(['1']),
    );
    expect([text(-0), text(1e21), text(1e-7), text(123456789012345680000)]).toEqual([
      '0',
      '1e+21',
      '1e-7',
      '123456789012345680000',
    ]);
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (n) => {
        expect(Number(text(n))).toBe(n === 0 ? 0 : n);
      }),
    );
  });

  it('composed and decomposed letters stay apart', () => {
    expect(text({ name: 'caf\u00e9' })).not.toBe(text({ name: 'cafe\u0301' }));
    expect(digest('\u212b')).not.toBe(digest('\u00c5'));
  });

  it('what is undefined in an object is as if it were not there', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((key) => key !== 'gone'),
          json,
        ),
        (value) => {
          expect(text({ ...value, gone: undefined })).toBe(text(value));
        },
      ),
    );
  });

  it('a hash of parts is the hash of the whole', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (parts) => {
        expect(sha256(...parts)).toEqual(sha256(parts.join('')));
      }),
    );
  });
});
