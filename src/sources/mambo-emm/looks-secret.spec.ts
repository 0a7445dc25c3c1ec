import { looksSecret } from './looks-secret.js';

describe('what looks like the value of a token', () => {
  it.each([
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x',
    'Bearer abcdefgh1234',
    'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9v',
    '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b',
    'k3j9x8v2m1n4b7c6z5l0qw4e',
    'sk_live_k3j9x8v2m1n4b7c6z5l0qw4e',
    'mmb-team-7f3kq9z2x8c4v1b6n5m0p3wa',
    'K3J9X8V2M1N4B7C6Z5L0QW4E',
  ])('%s', (text) => expect(looksSecret(text)).toBe(true));

  it.each([
    ...[
      'night-shift',
      'frontline-devices-north-west-2024',
      'northwestregionwarehouse2024',
      'site-01-floor-02-room-03-dev-04',
    ],
    ...[
      '550e8400-e29b-41d4-a716-446655440000',
      '550e8400e29b41d4a716446655440000',
      '507f1f77bcf86cd799439011',
    ],
    ...[
      '01arz3ndektsv4rrffq69g5fav',
      '01ARZ3NDEKTSV4RRFFQ69G5FAV',
      'tok_7',
      '12345678901234567890123456',
      'jane.doe@example.com',
    ],
  ])('is not %s, which somebody may use as an id', (text) => expect(looksSecret(text)).toBe(false));
});
