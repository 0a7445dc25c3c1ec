import { parseWaivers } from './waiver-file.js';

const NOW = new Date('2026-06-01T12:00:00Z');
const parse = (yaml: string) => parseWaivers(yaml, 'waivers.yaml', NOW);
const waiver = (changed: Record<string, string | null> = {}): string => {
  const keys: Record<string, string | null> = {
    rule: 'epmm-wipe',
    subject: '{ source: hq, kind: principal, key: miadmin }',
    reason: 'set-up account, leaves with ticket 4711',
    approver: 'chief@example.com',
    until: '2026-06-30',
    ...changed,
  };
  const lines = Object.entries(keys).filter(([, value]) => value !== null);
  return ['waivers:', ...lines.map(([key, value], i) => `${i === 0 ? '  - ' : '    '}${key}: ${value}`)].join(
    '\n',
  );
};

describe('the file of waivers', () => {
  it('gives days from their beginning to their end in UTC', () => {
    const [one] = parse(waiver({ from: '2026-06-01', fields: '{ scope: "1" }', accepts: '0123456789ab' }));
    expect(one).toEqual({
      at: 'waivers.yaml:2 waivers[0]',
      rule: 'epmm-wipe',
      subject: { source: 'hq', kind: 'principal', key: 'miadmin' },
      fields: { scope: '1' },
      reason: 'set-up account, leaves with ticket 4711',
      approver: 'chief@example.com',
      from: new Date('2026-06-01T00:00:00Z'),
      until: new Date('2026-07-01T00:00:00Z'),
      accepts: '0123456789ab',
    });
  });

  it('takes times with their zone', () => {
    const [one] = parse(waiver({ until: '2026-06-30T12:00:00+02:00' }));
    expect(one?.until).toEqual(new Date('2026-06-30T10:00:00Z'));
    expect(parse('waivers: []')).toEqual([]);
  });

  it.each<[Record<string, string | null>, string]>([
    [{ until: null }, 'waivers[0].until: missing; it must be a day'],
    [{ until: '2026-02-30' }, 'waivers[0].until: must be a day'],
    [{ until: '2026-06-30T12:00:00' }, 'waivers[0].until: must be a day'],
    [{ until: '2027-07-01' }, 'waivers[0].until: must be at most 366 days after today'],
    [{ from: '2026-07-01' }, 'waivers[0].until: must be after from'],
    [{ from: '2025-01-01' }, 'waivers[0].until: must be at most 366 days after from'],
    [{ approver: ' MIADMIN' }, 'waivers[0].approver: is the subject itself'],
    [{ approver: null }, 'waivers[0].approver: missing; it must say who'],
    [{ reason: '""' }, 'waivers[0].reason: must say why'],
    [{ accepts: 'ffff' }, 'waivers[0].accepts: must be the fingerprint'],
    [{ subject: '{ source: hq, kind: principle, key: x }' }, 'did you mean "principal"?'],
    [{ subject: '{ source: hq, kind: principal }' }, 'waivers[0].subject: lacks the key'],
    [{ subject: '{ source: hq, kind: source, key: x }' }, 'waivers[0].subject.key: does not belong'],
    [{ aprover: 'x' }, 'waivers[0].aprover: unknown key; did you mean "approver"?'],
  ])('refuses %j', (changed, message) => {
    expect(() => parse(waiver(changed))).toThrow(message);
  });

  it('lists every fault with its line', () => {
    const yaml = `${waiver({ until: 'soon' })}\n${waiver({ reason: null }).replace('waivers:\n', '')}`;
    expect(() => parse(yaml)).toThrow(
      /^waivers\.yaml has 2 faults\nwaivers\.yaml:6:12 waivers\[0\]\.until.*\nwaivers\.yaml:7:5 waivers\[1\]\.reason/,
    );
  });
});
