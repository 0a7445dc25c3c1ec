import fc from 'fast-check';
import { dnKey, isBelow } from './dn.js';

describe('dnKey', () => {
  it('writes the root first', () => {
    expect(dnKey('CN=Ann,OU=IT,DC=acme,DC=com')).toBe('dc=com,dc=acme,ou=it,cn=ann');
  });

  it.each([
    ['case', 'CN=ANN,ou=It,dc=ACME'],
    ['spaces around separators', '  cn = ann , ou =it, dc= acme '],
    ['semicolons of RFC 1779', 'cn=ann;ou=it;dc=acme'],
    ['OID. prefix', 'OID.2.5.4.3=ann,oid.2.5.4.11=it,dc=acme'],
    ['long attribute names', 'commonName=ann,organizationalUnitName=it,domainComponent=acme'],
    ['hex pairs', 'cn=\\61\\6En,ou=it,dc=acme'],
    ['quotes', 'cn="ann",ou="it",dc=acme'],
    ['BER text', 'cn=#0c03616e6e,ou=it,dc=acme'],
    ['full-width letters', 'cn=ａｎｎ,ou=it,dc=acme'],
  ])('does not see a difference in %s', (_, spelling) => {
    expect(dnKey(spelling)).toBe('dc=acme,ou=it,cn=ann');
  });

  it.each([
    ['comma', ['cn=Doe\\, Ann,dc=x', 'cn=Doe\\2C Ann,dc=x', 'cn="Doe, Ann",dc=x', 'CN=doe\\2c  ann , DC=X']],
    ['plus', ['cn=a\\+b,dc=x', 'cn=a\\2bb,dc=x', 'cn="a+b",dc=x']],
    ['leading #', ['cn=\\#1,dc=x', 'cn=\\231,dc=x', 'cn="#1",dc=x']],
    ['quote', ['cn=a\\"b,dc=x', 'cn=a\\22b,dc=x', 'cn="a\\"b",dc=x']],
    ['backslash', ['cn=a\\\\b,dc=x', 'cn=a\\5cb,dc=x']],
    ['equals sign', ['cn=a=b,dc=x', 'cn=a\\=b,dc=x', 'cn=a\\3db,dc=x']],
    ['composed letter', ['cn=caf\\C3\\A9,dc=x', 'cn=café,dc=x', 'cn=cafe\u0301,dc=x', 'cn=CAFÉ,dc=x']],
    ['final sigma', ['cn=ΟΔΟΣ,dc=x', 'cn=οδος,dc=x', 'cn=οδοσ,dc=x']],
    ['white space', ['cn=a  b,dc=x', 'cn=a\\ \\ b,dc=x', 'cn=\\ a\\20b\\ ,dc=x', 'cn=a\u00a0b,dc=x']],
    ['multi-valued RDN', ['cn=a+sn=b,dc=x', 'SN=b + CN=a,dc=x']],
  ])('takes all escapes of a %s for one', (_, spellings) => {
    expect(new Set(spellings.map(dnKey)).size).toBe(1);
  });

  it.each([
    ['an escaped comma and a separator', 'cn=a\\,ou=b', 'cn=a,ou=b'],
    ['an escaped plus and a second value', 'cn=a\\+sn=b', 'cn=a+sn=b'],
    ['text that looks like hex and hex', 'cn=\\#020101', 'cn=#020101'],
    ['order', 'ou=a,ou=b', 'ou=b,ou=a'],
    ['dotless i', 'cn=ılhan', 'cn=ilhan'],
    ['sharp s', 'cn=weiß', 'cn=weiss'],
    ['no DN and another case of it', 'Not a DN', 'not a dn'],
  ])('keeps apart %s', (_, a, b) => {
    expect(dnKey(a)).not.toBe(dnKey(b));
  });

  it.each([
    '',
    ' ',
    'ann',
    'cn',
    '=a',
    'cn=a,',
    ',cn=a',
    'cn=a,,dc=x',
    'cn=a\\',
    'cn=\\ff',
    'cn="a',
    'cn="a"b',
    'cn=#12z',
    'cn=a\\zb',
    'cn="a"bou=x',
    'cn=#0c0161xou=b',
    'cn="a\\zb"',
  ])('keeps %j, which is no DN, as it is behind a mark', (text) => {
    expect(dnKey(text)).toBe(`!${text}`);
  });

  it.each(['cn=a\\00b,dc=x', 'cn="a\\00b",dc=x', 'cn=#0c03610062,dc=x'])('keeps NUL in %j escaped', (dn) => {
    expect(dnKey(dn)).toBe('dc=x,cn=a\\00b');
  });

  it.each([
    ['of another kind', '#020101'],
    ['that is shorter than it says', '#0c0461'],
    ['that is longer than it says', '#0c016161'],
    ['whose length takes more than a byte', `#0c80${'61'.repeat(128)}`],
    ['that is no UTF-8', '#0c01ff'],
  ])('keeps a BER value %s as its bytes', (_, value) => {
    expect(dnKey(`cn=${value},dc=x`)).toBe(`dc=x,cn=${value}`);
  });

  it('takes a byte order mark within a value for what it is', () => {
    expect(dnKey('cn=a\\EF\\BB\\BFb,dc=x')).toBe(dnKey('cn=a\ufeffb,dc=x'));
    expect(dnKey('cn=a\\EF\\BB\\BFb,dc=x')).not.toBe(dnKey('cn=ab,dc=x'));
  });

  it('reads 100,000 signs in one pass', () => {
    const values = 'a\\,'.repeat(50_000);
    expect(dnKey(`cn=${values},dc=x`)).toBe(`dc=x,cn=${'a\\2c'.repeat(50_000)}`);
  });
});

describe('isBelow', () => {
  it('is true for everything below and nothing else', () => {
    const unit = dnKey('OU=IT,DC=x');
    expect(isBelow(dnKey('cn=ann,ou=it,dc=x'), unit)).toBe(true);
    expect(isBelow(dnKey('cn=ann,ou=deep,ou=it,dc=x'), unit)).toBe(true);
    expect(isBelow(unit, unit)).toBe(false);
    expect(isBelow(dnKey('cn=ann,ou=it2,dc=x'), unit)).toBe(false);
    expect(isBelow(dnKey('ou=it\\,cn=ann,dc=x'), unit)).toBe(false);
    expect(isBelow(dnKey('ou=it+cn=ann,dc=x'), unit)).toBe(false);
  });

  it('is false for what is no DN, on either side', () => {
    expect(isBelow('!a,b', '!a')).toBe(false);
    expect(isBelow(dnKey('no dn'), dnKey('dc=x'))).toBe(false);
  });
});

describe('laws of distinguished names', () => {
  interface Part {
    readonly type: string;
    readonly value: string;
  }
  /** Values in comparison form already, with every sign that has a meaning. */
  const value = fc
    .array(fc.constantFrom(...'abcxyz019 ,+="\\#;<>é_-/'), { minLength: 1, maxLength: 8 })
    .map((signs) => signs.join('').replace(/ +/g, ' ').trim())
    .filter((text) => text !== '');
  const part = fc.record({ type: fc.constantFrom('cn', 'ou', 'dc', 'sn', '1.2.3'), value });
  const dn = fc.array(fc.uniqueArray(part, { minLength: 1, maxLength: 2, selector: (p) => p.type }), {
    minLength: 1,
    maxLength: 4,
  });
  const identity = (rdns: Part[][]): string =>
    JSON.stringify(rdns.map((rdn) => rdn.map((p) => `${p.type}=${p.value}`).sort()));

  /** Writes a DN in one of its many spellings; `choice` gives numbers in [0, 1). */
  function spell(rdns: Part[][], choice: () => number): string {
    const space = (): string => ' '.repeat(Math.floor(choice() * 3));
    const recase = (text: string): string => (choice() < 0.5 ? text.toUpperCase() : text);
    const hex = (sign: string): string =>
      [...Buffer.from(sign)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
    const sign = (s: string): string => {
      if (choice() < 0.3) return hex(recase(s));
      if (s === ' ') return choice() < 0.5 ? '\\ ' : hex(s);
      return /[",+;<>\\=#]/.test(s) ? `\\${s}` : recase(s);
    };
    const spellValue = (text: string): string =>
      choice() < 0.2 ? `"${text.replace(/["\\]/g, '\\$&')}"` : [...text].map(sign).join('');
    const spellPart = (p: Part): string =>
      `${space()}${recase(p.type)}${space()}=${space()}${spellValue(p.value)}${space()}`;
    return rdns
      .map((rdn) => (choice() < 0.5 ? rdn : [...rdn].reverse()).map(spellPart).join('+'))
      .join(choice() < 0.8 ? ',' : ';');
  }
  const choices = fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true }));
  const drawn = (stream: Iterator<number>) => (): number => Number(stream.next().value);

  it('gives all spellings of one DN one key', () => {
    fc.assert(
      fc.property(dn, choices, choices, (rdns, a, b) => {
        expect(dnKey(spell(rdns, drawn(a)))).toBe(dnKey(spell(rdns, drawn(b))));
      }),
    );
  });

  it('gives different DNs different keys', () => {
    fc.assert(
      fc.property(dn, dn, choices, (a, b, choice) => {
        const same = identity(a) === identity(b);
        expect(dnKey(spell(a, drawn(choice))) === dnKey(spell(b, drawn(choice)))).toBe(same);
      }),
    );
  });

  it('puts a name below its ancestors, and below nothing else', () => {
    fc.assert(
      fc.property(dn, dn, choices, (child, parent, choice) => {
        const suffix = child.slice(-parent.length);
        const below = child.length > parent.length && identity(suffix) === identity(parent);
        const spelt = (rdns: Part[][]): string => dnKey(spell(rdns, drawn(choice)));
        expect(isBelow(spelt(child), spelt(parent))).toBe(below);
        expect(isBelow(spelt([...child, ...parent]), spelt(parent))).toBe(true);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => dnKey(text).length > 0));
  });
});
