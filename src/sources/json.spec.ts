import fc from 'fast-check';
import { formatPath, parseJson, toJson, wellFormed } from './json.js';
import { SourceError } from './source.js';

const parse = (text: string): unknown => parseJson(Buffer.from(text), 'roles, page 0');

function faultOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof SourceError && error.code === 'bad-json') return error.message;
    throw error;
  }
  throw new Error('no fault');
}

describe('parseJson', () => {
  it('reads whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 1, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses what JSON.parse refuses', () => {
    const sign = fc.constantFrom(...'{}[]",:\\ntrue01-.eE+u \n\t\u0001é');
    fc.assert(
      fc.property(fc.array(sign, { maxLength: 12 }), (signs) => {
        const text = signs.join('');
        let native = true;
        try {
          JSON.parse(text);
        } catch {
          native = false;
        }
        if (!native)
          expect(faultOf(() => parse(text))).toMatch(
            /^roles, page 0: not valid JSON: .* at line \d+, column \d+/,
          );
      }),
      { numRuns: 2000 },
    );
  });

  it('names the place of every truncation', () => {
    const bytes = Buffer.from(
      '{"results": [{"name": "Zoë \\u00e9", "n": -1.5e3, "ok": true}],\n "totalCount": 1}',
    );
    for (let length = 0; length < bytes.length; length++) {
      const message = faultOf(() => parseJson(bytes.subarray(0, length), 'users'));
      expect(message).toMatch(/^users: not (UTF-8 \(byte|valid JSON: .* at line \d+, column \d+, path )/);
    }
    expect(parseJson(bytes, 'users')).toHaveProperty('totalCount', 1);
  });

  it('refuses a key that is there twice, however it is escaped', () => {
    expect(faultOf(() => parse('{"results":[{"id":1},{"id":1,\n  "\\u0069d":2}]}'))).toBe(
      'roles, page 0: not valid JSON: the key "id" is there twice at line 2, column 3, path results[1].id',
    );
    expect(parse('{"a":{"id":1},"b":{"id":2}}')).toEqual({ a: { id: 1 }, b: { id: 2 } });
  });

  it('refuses deep nesting without using up the stack', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(parse(nested(64))).toBeInstanceOf(Array);
    expect(faultOf(() => parse(nested(65)))).toContain('nested deeper than 64');
    expect(faultOf(() => parse('['.repeat(100_000)))).toContain('nested deeper than 64');
    expect(faultOf(() => parse('{"a":'.repeat(100_000)))).toContain('nested deeper than 64');
  });

  it('does not build more values than fit into memory', () => {
    const crowd = Buffer.from(`[${'{},'.repeat(2_000_000)}{}]`);
    expect(() => parseJson(crowd, 'roles, page 0')).toThrow(
      new SourceError('too-large', 'roles, page 0: holds more than 2000000 values: smaller pages would do'),
    );
  });

  it('skips a byte order mark and refuses other encodings, with the place', () => {
    expect(parse('\ufeff[1]')).toEqual([1]);
    expect(faultOf(() => parseJson(Buffer.from('["Zoë"]', 'latin1'), 'users'))).toContain(
      'byte 0xeb at offset 4',
    );
    expect(faultOf(() => parseJson(Buffer.from('\ufeff[1]', 'utf16le'), 'users'))).toContain(
      'byte 0xff at offset 0',
    );
  });

  it('says where the vendor’s printed sample stops being JSON', () => {
    expect(faultOf(() => parse('{{\n"results": [\n'))).toContain(
      'a key in double quotes is due at line 1, column 2',
    );
    expect(faultOf(() => parse('{"results": [\n{"id": null},\n...\n{"id": null}]}'))).toContain(
      'a value is due at line 3, column 1, path results[1]',
    );
  });

  it('leaves prototypes alone', () => {
    const value = parse('{"__proto__":{"polluted":true},"constructor":1}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('toJson', () => {
  it('replaces NUL and lone surrogates and nothing else', () => {
    expect(wellFormed('a\0b\ud800c\udc00d😀e\u0301\u202e')).toBe('a\ufffdb\ufffdc\ufffdd😀e\u0301\u202e');
    expect(toJson(parse('{"a\\u0000":["\\udfff"]}'))).toEqual({ 'a\ufffd': ['\ufffd'] });
  });

  it('keeps only numbers that can be stored exactly', () => {
    expect(toJson(parse('[1e400, 9007199254740993, -0, 1.5, 9007199254740991]'))).toEqual([
      'Infinity',
      '9007199254740992',
      0,
      1.5,
      9007199254740991,
    ]);
  });

  it('keeps a key __proto__ as a key', () => {
    const value = toJson(parse('{"__proto__":{"x":1}}'));
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(JSON.stringify(value)).toBe('{"__proto__":{"x":1}}');
  });
});

describe('formatPath', () => {
  it('reads like code', () => {
    expect(formatPath(['results', 4, 'spaceRoles'])).toBe('results[4].spaceRoles');
    expect(formatPath([])).toBe('(top)');
  });

  it('can be stored whatever the keys are', () => {
    expect(formatPath(['a\0b', '\ud800'])).toBe('a\ufffdb.\ufffd');
    expect(formatPath([`${'x'.repeat(59)}😀`])).toBe(`${'x'.repeat(59)}\ufffd…`);
  });
});
