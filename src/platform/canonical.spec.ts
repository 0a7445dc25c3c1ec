import fc from 'fast-check';
import { canonicalBytes, sha256, wellFormed } from './canonical.js';

describe('canonicalBytes', () => {
  // RFC 8785, sections 3.2.2 and 3.2.3
  it('gives the bytes of the RFC', () => {
    const json = {
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(canonicalBytes(json).toString('hex')).toBe(
      '7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a' +
        '5b3333333333333333332e333333333333332c31652b33302c342e352c302e3030322c31652d3237' +
        '5d2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d',
    );
  });

  it('orders keys by UTF-16 code units, at every depth', () => {
    expect(canonicalBytes({ '\ufb33': 1, '😀': 2, a: { z: 1, b: 2 } }).toString()).toBe(
      '{"a":{"b":2,"z":1},"😀":2,"\ufb33":1}',
    );
  });

  it('does not depend on the order in which a value was built', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (json) => {
        const reversed = Object.fromEntries(Object.entries(json).reverse());
        expect(canonicalBytes(reversed)).toEqual(canonicalBytes(json));
      }),
    );
  });

  it.each([[undefined], [Number.NaN], [{ n: Infinity }], ['\ud800']])(
    'refuses %p, which JSON cannot hold',
    (value) => {
      expect(() => canonicalBytes(value)).toThrow(value === undefined ? 'only JSON' : '');
    },
  );
});

describe('sha256', () => {
  it('hashes its parts as one', () => {
    // FIPS 180-2, appendix B.1
    expect(sha256('a', Buffer.from('bc')).toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});

describe('wellFormed', () => {
  it.each([
    ['a\0b', 'a\ufffdb'],
    ['\ud800', '\ufffd'],
    ['\udc00\ud800', '\ufffd\ufffd'],
    ['\ud800\ud83d\ude00\ude00', '\ufffd😀\ufffd'],
    ['Zoë 😀 e\u0301 \u202e', 'Zoë 😀 e\u0301 \u202e'],
  ])('turns %j into %j', (given, expected) => {
    expect(wellFormed(given)).toBe(expected);
  });

  it('gives what survives UTF-8 unchanged', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).map((text) => `${text}\ud800`),
        (text) => {
          const formed = wellFormed(text);
          expect(Buffer.from(formed).toString()).toBe(formed);
          expect(formed).toBe(Buffer.from(text).toString().replaceAll('\0', '\ufffd'));
        },
      ),
    );
  });
});
