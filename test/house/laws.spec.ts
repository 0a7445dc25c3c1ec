import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from './fixture.js';

/** docs/laws.md is a promise: what it lists is tested on random cases, under that name, in that file. */
interface Law {
  readonly no: number;
  readonly law: string;
  readonly file: string;
}

const read = (path: string): string => readFileSync(join(PROJECT, path), 'utf8');
const listed: Law[] = [...read('docs/laws.md').matchAll(/^\| (\d+) \| (.+) \| `([^`]+)` \|$/gm)].map(
  ([, no, law = '', file = '']) => ({ no: Number(no), law, file }),
);

/** Tests of a file that draw random cases, called as the list calls them. */
function lawsIn(file: string): string[] {
  const text = read(file);
  const titles = [...text.matchAll(/^ *(describe|it)\(\s*(['"`])((?:\\.|(?!\2).)*)\2/gm)];
  let about = '';
  return titles.flatMap(({ 1: word, 3: written = '', index }, i) => {
    const title = written.replace(/\\(.)/g, '$1');
    if (word === 'describe') {
      about = title.startsWith('laws of ') ? `${title.slice('laws of '.length)}:` : title;
      return [];
    }
    const body = text.slice(index, titles[i + 1]?.index);
    return /fc\.(asyncP|p)roperty\(/.test(body) ? [`${about} ${title}`] : [];
  });
}

describe('the laws', () => {
  it('are numbered, and many', () => {
    expect(listed.map(({ no }) => no)).toEqual(listed.map((_, i) => i + 1));
    expect(listed.length).toBeGreaterThanOrEqual(40);
  });

  it('are those that the files they name test, all of them', () => {
    const files = [...new Set(listed.map(({ file }) => file))];
    for (const file of files) {
      const named = listed.filter((one) => one.file === file).map(({ law }) => law);
      expect([file, named]).toEqual([file, lawsIn(file)]);
    }
  });
});
