import { commandWord, oneLine, visible } from './visible.js';

describe('visible', () => {
  it('shows by their code what would act on a terminal, or hide and reorder text, and keeps lines', () => {
    expect(visible('a\u001b[2J\u202eb\u061c\u2028c\n\td\u{e0041}é😀')).toBe(
      'a\\u001b[2J\\u202eb\\u061c\\u2028c\n\td\\udb40\\udc41é😀',
    );
  });

  it('leaves JSON the same', () => {
    const name = 'a\u001b\u202e\u{e0041}\u00ad"\\';
    expect(JSON.parse(visible(JSON.stringify({ name })))).toEqual({ name });
  });
});

describe('oneLine', () => {
  it('shows line ends, too', () => {
    expect(oneLine('a\r\nb\u0085')).toBe('a\\u000d\\u000ab\\u0085');
  });
});

describe('commandWord', () => {
  it.each([
    ['1', '1'],
    ['-', '-'],
    ['acme-field', 'acme-field'],
    ['$(id)', "'$(id)'"],
    ["it's; x\n", "'it'\\''s; x\\u000a'"],
  ])('%j can be typed as it stands', (text, word) => {
    expect(commandWord(text)).toBe(word);
  });
});
