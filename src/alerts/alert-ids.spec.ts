import { idsIn, idsInShort } from './alert-ids.js';

const many = (n: number): string[] => Array.from({ length: n }, (_, i) => `3.${String(i + 1)}`);

describe('ids of alerts', () => {
  it('are told by the first and the last of several in a row, and read back', () => {
    const ids = ['2.1', '2.3', '2.4', '2.6', '2.7', '2.8', '3.9'];
    expect(idsInShort(ids)).toEqual({ text: '2.1,2.3,2.4,2.6-2.8,3.9', left: 0 });
    expect(idsIn(idsInShort(ids).text)).toEqual(ids);
  });

  it('stay short however many there are', () => {
    expect(idsInShort(many(30_000))).toEqual({ text: '3.1-3.30000', left: 0 });
    expect(idsIn('3.1-3.30000')).toEqual(many(30_000));
  });

  it('are cut where few stand in a row, and say by how many', () => {
    const odd = many(300).filter((_, i) => i % 2 === 0);
    const { text, left } = idsInShort(odd);
    expect(text.split(',')).toHaveLength(50);
    expect(left).toBe(100);
  });

  it('are no run where the last comes before the first, or is of another snapshot', () => {
    expect(idsIn('2.5-2.3,2.1-3.4,x')).toEqual(['2.5-2.3', '2.1-3.4', 'x']);
  });

  it('may be too many for one command', () => {
    expect(idsIn('2.1-2.999999999')).toBeNull();
  });
});
