import { YamlDocument } from './yaml-document.js';

const faults = (text: string): string[] =>
  new YamlDocument(text).faults.map(
    ({ position, message }) => `${String(position.line)}:${String(position.column)} ${message}`,
  );

describe('broken syntax', () => {
  it.each([
    ['a: "hunter2\nb: 1\n', /^\d:\d+ this text in quotes does not end; add the closing quote$/],
    ["a: 'hunter2\nb: 1\n", /^\d:\d+ this text in quotes does not end; add the closing quote$/],
    ['a: [hunter2, x\nb: 1\n', /^2:\d+ (this list in brackets does not end; add "\]"|.*)/],
    ['a: [x, y', /^1:\d+ this list in brackets does not end; add "\]"/],
    ['a: {x: y', /^1:\d+ this mapping in brackets does not end; add "\}"/],
    ['a: 1\nhunter2\nb: 2\n', /^2:1 (a key needs a colon and a blank after it|a key stands on one line)/],
    ['a: 1\n  b: 2\n', /^\d:\d+ a line holds one key and one value|begins in the wrong column/],
    ['a:\n  - 1\n - 2\n', /^3:\d+ .*(wrong column|cannot stand here)/],
    ['a: b: hunter2\n', /^1:\d+ a line holds one key and one value/],
    ['a: x#y: "1" z\n', /^1:\d+ /],
    ['a: "1"#x\n', /^1:\d+ a comment needs a blank before its "#"$/],
    ['a: ["x" "y"]\n', /^1:\d+ entries between brackets are parted by commas$/],
    ['a: @hunter2\n', /^1:4 a text cannot begin with this sign; put it in quotes$/],
    ['a: `hunter2`\n', /^1:4 a text cannot begin with this sign; put it in quotes$/],
    ['a: !hunter2 x\n', /^1:4 tags are not known here/],
    ['a: *hunter2\n', /^1:4 no anchor of this name/],
    ['a: & x\n', /^1:4 a text that begins with "\*" or "&" needs quotes$/],
    ['a:\n\t- 1\n', /^2:\d+ tabs cannot indent/],
    ['a: | hunter2\n  x\n', /^1:6 this cannot stand here; a text with special characters needs quotes$/],
    ['a: 1\n---\nb: 1\n', /^2:1 a second document begins here/],
    ['a: "\\q"\n', /^1:\d+ no such escape/],
    ['a: 1\na: 2\n', /^2:1 this key stands twice/],
    ['- 1\nb: 2\n', /^2:\d+ /],
    ['a: ]\n', /^1:\d+ this cannot stand here/],
    [`${'k'.repeat(1_100)}: 1\n`, /^1:\d+ a key is at most 1,024 characters long/],
  ])('%j is told in words with its place, and without what stands there', (text, words) => {
    const told = faults(text);
    expect(told[0]).toMatch(words);
    for (const one of told) {
      expect(one).not.toContain('hunter2');
      // the parser's own words
      expect(one).not.toMatch(
        /implicit|flow|scalar|token|node|sequence|collection|Unexpected|Unresolved|indicator|plain/i,
      );
    }
  });
});
