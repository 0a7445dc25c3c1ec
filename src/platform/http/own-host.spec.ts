import { isOwnHost } from './own-host.js';

describe('isOwnHost', () => {
  it.each(['localhost', 'LOCALHOST:8080', '127.0.0.1:1', '[::1]:8080'])('knows %s', (host) => {
    expect(isOwnHost(host, null)).toBe(true);
  });

  it.each([
    undefined,
    '',
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:80',
    '128.0.0.1',
    '0.0.0.0',
  ])('refuses %s', (host) => {
    expect(isOwnHost(host, null)).toBe(false);
  });

  it.each([
    'rolewatch.example.com',
    'Rolewatch.Example.com:8443',
    '10.1.2.3:8443',
    '[2001:db8::1]:443',
    'localhost',
  ])('knows %s where it is reached from elsewhere', (host) => {
    expect(isOwnHost(host, ['rolewatch.example.com'])).toBe(true);
  });

  it.each(['evil.example', 'rolewatch.example.com.evil.example', '10.1.2.3.evil.example', ''])(
    'refuses %s there',
    (host) => {
      expect(isOwnHost(host, ['rolewatch.example.com'])).toBe(false);
    },
  );
});
