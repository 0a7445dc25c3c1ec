import { addressProblem } from './address-guard.js';

describe('an address', () => {
  it.each([
    '93.184.216.34',
    '2606:2800:220:1:248:1893:25c8:1946',
    '[2606:2800:220:1::1]',
    '::ffff:93.184.216.34',
  ])('%s may be sent to', (address) => expect(addressProblem(address, false, 'resolved')).toBeUndefined());

  it.each([
    '127.0.0.1',
    '127.9.9.9',
    '10.1.2.3',
    '192.168.0.1',
    '172.16.0.1',
    '100.64.0.1',
    '::1',
    'fd00::1',
    '::ffff:10.0.0.1',
  ])('%s is private: only if that is said', (address) => {
    expect(addressProblem(address, false, 'resolved')).toContain('allowPrivate');
    expect(addressProblem(address, true, 'resolved')).toBeUndefined();
  });

  it.each([
    '0.0.0.0',
    '169.254.169.254',
    '224.0.0.1',
    '255.255.255.255',
    'fe80::1',
    'fe80::1%eth0',
    '::',
    'ff02::1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '::ffff:169.254.169.254',
  ])('%s is never sent to', (address) =>
    expect(addressProblem(address, true, 'resolved')).toContain('nothing is ever sent'),
  );

  it('that is none is only a name in a configuration, and nothing that a DNS may give', () => {
    expect(addressProblem('siem.example.com', false, 'literal')).toBeUndefined();
    expect(addressProblem('siem.example.com', true, 'resolved')).toContain('no address');
  });
});
