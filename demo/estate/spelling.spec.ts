import { answer } from './answers.js';
import type { Call, Stream } from './answers.js';
import { rowsFrom } from './listing.js';
import { northwind } from './northwind.js';
import { respelled, respelledDn } from './spelling.js';

const SEEDS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 31];
const DN = 'CN=Pickers\\, Packers,OU=Zoë Hall,DC=example,DC=com';

/** Undoes what RFC 4514 says does not matter, in a way of its own. */
function plainDn(dn: string): string {
  return dn
    .split(/(?<!\\),/)
    .map((part) =>
      part
        .trim()
        .replace(/ *= */, '=')
        .replace(/\\([0-9a-fA-F]{2})/g, unhex)
        .replaceAll('\\,', ','),
    )
    .join('|')
    .toLowerCase();
}

const unhex = (_: string, digits: string): string => String.fromCharCode(parseInt(digits, 16));

function rows(stream: Stream, seed: number | null): Record<string, unknown>[] {
  const call: Call = {
    ...{ stream, space: '1', type: '', query: '', sortField: '', descending: false },
    ...{ offset: 0, limit: 1000 },
  };
  const plain = answer(northwind(), call);
  return [...rowsFrom(seed === null ? plain : respelled(plain, seed), 0, plain.size)];
}

/** Without order, extra fields and spelling. */
function meaning(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => JSON.stringify(meaning(each))).sort();
  if (value === null || typeof value !== 'object') return value;
  const fields = Object.entries(value)
    .filter(([field]) => field !== 'simulatedExtra' && field !== 'deviceCount')
    .map(([field, each]): [string, unknown] => {
      if (field === 'dn') return [field, plainDn(String(each))];
      return [field, field === 'type' ? String(each).toUpperCase() : meaning(each)];
    });
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('another spelling', () => {
  it.each(SEEDS)('of a DN means the same (seed %i)', (seed) => {
    expect(plainDn(respelledDn(DN, seed))).toBe(plainDn(DN));
  });

  it('of a DN uses case, spaces and escapes', () => {
    const spellings = SEEDS.map((seed) => respelledDn(DN, seed));
    expect(new Set([DN, ...spellings]).size).toBeGreaterThan(6);
    expect(spellings.some((dn) => dn.includes(' = '))).toBe(true);
    expect(spellings.some((dn) => /\\(43|63)/.test(dn))).toBe(true);
    expect(spellings.every((dn) => dn.includes('\\2C') || dn.includes('\\2c'))).toBe(true);
  });

  it.each(['device_spaces', 'users', 'user_summary', 'ldap_entity_summary', 'roles'] as const)(
    'of %s means the same and looks different',
    (stream) => {
      const plain = rows(stream, null);
      for (const seed of SEEDS) {
        const other = rows(stream, seed);
        expect(meaning(other)).toEqual(meaning(plain));
        expect(JSON.stringify(other)).not.toBe(JSON.stringify(plain));
        expect(JSON.stringify(rows(stream, seed))).toBe(JSON.stringify(other));
      }
    },
  );
});
