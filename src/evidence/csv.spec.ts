import { csvRow, harmless } from './csv.js';

describe('a cell', () => {
  it.each([
    '=1+1',
    '+1',
    '-1+cmd',
    '@SUM(A1)',
    ' =1',
    '\t=1',
    '\r=1',
    '\0=1',
    '＝1',
    '＋1',
    '－1',
    '＠x',
    '\u200b=1',
    '"=1"',
    "'=1",
    '\u00a0=1',
  ])('that a spreadsheet would compute is text: %j', (text) => {
    expect(harmless(text)).toMatch(/^'/);
  });

  it.each(['Jane Doe', 'a=b', '1 - 2', 'x@example.com', 'CN=Jane,DC=example', '漢字'])(
    'of plain text stays as it is: %j',
    (text) => {
      expect(harmless(text)).toBe(text);
    },
  );
});

describe('a row', () => {
  it('has its columns in order, quoted where they need it, numbers as numbers, JSON as canonical text', () => {
    const row = { b: 'say "hi", twice\nor so', a: -1, d: { y: 1, x: ['='] }, e: null };
    expect(csvRow(['a', 'b', 'c', 'd', 'e'], row)).toBe(
      '-1,"say ""hi"", twice\nor so",,"{""x"":[""=""],""y"":1}",\r\n',
    );
  });

  it.each(['\r', '\n', '\r\n'])(
    'is not ended by %j in a name, which would begin a row with a formula',
    (end) => {
      expect(csvRow(['a', 'b'], { a: `Jane${end}=1+1`, b: 'x' })).toBe(`"Jane${end}=1+1",x\r\n`);
    },
  );
});
