import type { ListMapping } from './http-config.js';
import { nextLink } from './http-paging.js';
import { mapRow } from './map-row.js';

const MAPPING: ListMapping = {
  path: '/t',
  query: {},
  itemsAt: [],
  totalAt: null,
  paging: { style: 'none' },
  moments: 'iso',
  fields: { id: ['id'], expiresAt: ['ends'], roles: ['roles'] },
  roleIdAt: null,
  permissions: {
    areas: { webhooks: ['w'], billing: ['b'] },
    levels: { any: { '0': 'none', '1': 'view' }, billing: { true: 'update', false: 'none' } },
    commands: { each: { wipe: ['may', 'wipe'] } },
    listed: {
      at: ['scopes'],
      words: {
        'groups:rw': 'groups.manage',
        'groups:r': 'groups.view',
        adb: 'device-commands.run-adb',
        x: 'none',
      },
    },
  },
};
const ITEM = {
  id: 7,
  w: 1,
  b: false,
  may: { wipe: true },
  scopes: ['groups:r', 'groups:rw', 'adb', 'x'],
  roles: ['a', 'a', 3],
};

describe('an item of a server', () => {
  it('becomes a row by levels, by flags and by listed words', () => {
    expect(mapRow(ITEM, MAPPING)).toMatchObject({
      id: '7',
      expiresAt: null,
      held: { levels: { webhooks: 'view', groups: 'manage' }, commands: ['wipe', 'run-adb'] },
      roles: ['a', '3'],
    });
  });

  it.each([
    [{ ...ITEM, id: null }, 'id: expected an id, a text or a whole number'],
    [{ ...ITEM, id: ' a' }, 'id: must be a text that is not blank, without spaces around it'],
    [{ ...ITEM, w: 2 }, 'w: is a word whose meaning is not configured (known: 0, 1)'],
    [{ ...ITEM, w: undefined }, 'w: expected a word, one of 0, 1'],
    [{ ...ITEM, b: 1 }, 'b: means "view", which billing does not have (it has none, update)'],
    [{ ...ITEM, may: {} }, 'may.wipe: expected true or false'],
    [{ ...ITEM, scopes: 'adb' }, 'scopes: expected a list of words'],
    [
      { ...ITEM, scopes: ['adbb'] },
      'scopes.0: is a word whose meaning is not configured (known: groups:rw, groups:r, adb, x); did you mean "adb"?',
    ],
    [{ ...ITEM, scopes: ['constructor'] }, 'scopes.0: is a word whose meaning is not configured'],
    [{ ...ITEM, ends: '2026-01-01' }, 'ends: expected a moment with its zone (ISO 8601)'],
    [
      { ...ITEM, id: 2 ** 53 },
      'id: is a number too large to be read exactly: as an id it must be sent as a text',
    ],
    [{ ...ITEM, id: 1.5 }, 'id: expected an id, a text or a whole number'],
    [{ ...ITEM, roles: undefined }, 'roles: expected a list of roles, [] where somebody has none'],
    [{ ...ITEM, roles: null }, 'roles: expected a list of roles'],
    [{ ...ITEM, roles: [null] }, 'roles.0: expected an id'],
    [[], '(top): expected an object'],
  ])('is refused with its place: %j', (item, words) => {
    expect(() => mapRow(item, MAPPING)).toThrow(
      expect.objectContaining({ words: expect.stringContaining(words) }),
    );
  });

  it('may give moments as numbers', () => {
    const seconds = { ...MAPPING, moments: 'epoch-seconds' as const };
    expect(mapRow({ ...ITEM, ends: 0 }, seconds).expiresAt).toBe('1970-01-01T00:00:00.000Z');
    expect(() => mapRow({ ...ITEM, ends: 1e300 }, seconds)).toThrow(
      'expected a number: moments are epoch-seconds',
    );
    // milliseconds where seconds are configured
    expect(() => mapRow({ ...ITEM, ends: 1_811_808_000_000 }, seconds)).toThrow('perhaps of another unit');
  });
});

describe('a Link header', () => {
  it.each([
    ['</a?p=2>; rel="next"', '/a?p=2'],
    ['</a>; rel="prev", </b>; rel=next', '/b'],
    ['</b>; title="x"; rel="last next"', '/b'],
    ['</a>; rel="nextish"', null],
    [undefined, null],
  ])('%s leads to %s', (header, target) => expect(nextLink(header)).toBe(target));
});
