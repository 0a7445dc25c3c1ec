import { checkYaml } from '../platform/config/check.js';
import { section } from '../platform/config/section.js';
import { sourcesSchema } from '../sources/source-config.js';
import { alertsSchema } from './alerts-config.js';
import { refuseLostRoutes } from './lost-routes.js';

const SOURCES = 'sources: [{ name: hq, kind: ivanti-epmm-files, folder: ./x }]\n';
const SMTP = 'smtp: { host: mail.example.com, from: rolewatch@example.com }';

const schema = section({ sources: sourcesSchema('/etc'), alerts: alertsSchema('/etc') }).superRefine(
  refuseLostRoutes,
  { when: () => true },
);
const load = (alerts: string) => checkYaml(`${SOURCES}alerts:\n${alerts}\n`, 'f.yaml', schema).alerts;
const faults = (alerts: string): string => {
  try {
    load(alerts);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('no fault was found');
};

describe('alerts', () => {
  it('have defaults that are safe', () => {
    expect(load(`  ${SMTP}\n  routes: [{ to: [a@example.com] }]`)).toEqual({
      smtp: {
        host: 'mail.example.com',
        port: 587,
        security: 'starttls',
        username: null,
        password: null,
        caFile: null,
        from: { name: 'Rolewatch', address: 'rolewatch@example.com' },
        limits: { connectSeconds: 10, greetingSeconds: 30, idleSeconds: 60, messageSeconds: 120 },
      },
      hooks: [],
      routes: [
        {
          ...{ severity: 'high', sources: null, scopes: null, kinds: null, rules: null, roles: null },
          ...{ digest: null, to: ['a@example.com'], hook: null },
        },
      ],
      recipients: [],
      allQuiet: null,
      escalation: null,
    });
  });

  it('may say everything themselves', () => {
    const config = load(`
  smtp:
    host: 10.0.0.1
    port: 465
    security: tls
    username: rw
    password: { file: ./smtp }
    caFile: ./ca.pem
    from: { name: Security desk, address: rw@example.com }
  hooks:
    - { name: siem, url: "https://siem.example.com/in?x=1", secret: { env: SIEM }, caFile: ./ca.pem, timeoutSeconds: 5 }
    - { name: local, url: "http://127.0.0.1:9000/", secret: { env: SIEM }, allowPrivate: true }
  routes:
    - { severity: medium, sources: [hq], scopes: [1, "x"], kinds: [right-gained], to: [a@b.example, c@b.example], hook: siem }
    - { sources: all, scopes: all, kinds: all, hook: local }`);
    expect(config.smtp).toMatchObject({
      caFile: '/etc/ca.pem',
      password: { file: '/etc/smtp' },
      from: { name: 'Security desk' },
    });
    expect(config.routes[0]).toMatchObject({ scopes: ['1', 'x'], kinds: ['right-gained'], hook: 'siem' });
    expect(config.hooks[1]).toMatchObject({ url: 'http://127.0.0.1:9000/', allowPrivate: true });
  });

  it('tell every fault at once, with its place and the nearest word', () => {
    const told = faults(`
  smtp: { host: "smtp://mail", from: "Rolewatch <rw@example.com>", passwort: x, port: 99999, security: startls, limits: { idleSeconds: 0 } }
  hooks:
    - { name: siem, url: "https://user:pw@siem.example.com/", secret: hunter2hunter2 }
    - { name: siem, url: "http://siem.example.com/", secret: { env: X } }
  routes:
    - { severity: hihg, sources: [hp], kinds: [right-gaind], to: ["a@b.example, c@b.example"], hook: sime }
    - { sources: [hq] }`);
    for (const part of [
      'smtp.passwort: unknown key; did you mean "password"?',
      'smtp.host: must be the name or address of the mail server',
      'smtp.from: must be a mail address such as',
      'smtp.port: must be a whole number',
      'smtp.security: must be one of starttls, tls, none; did you mean "starttls"?',
      'smtp.limits.idleSeconds: must be a whole number',
      'hooks[0].url: must not hold credentials',
      'hooks[0].secret: may not stand in this file',
      'hooks[1].url: must be the address to post to',
      'hooks[1].name: is the name of another hook too',
      'routes[0].severity: must be one of critical, high, medium, low; did you mean "high"?',
      'routes[0].sources[0]: no source has this name; did you mean "hq"?',
      'routes[0].kinds[0]: must be one of',
      'did you mean "right-gained"?',
      'routes[0].to[0]: must be one mail address',
      'routes[0].hook: no hook has this name; did you mean "siem"?',
      'routes[1]: leads nowhere',
    ])
      expect(told).toContain(part);
    expect(told).not.toContain('hunter2');
    expect(told).not.toContain('user:pw');
  });

  it.each([
    [
      'smtp: { host: mail.example.com, from: a@b.example, security: none }',
      'smtp.security: none shows every message',
    ],
    [
      'smtp: { host: mail.example.com, from: a@b.example, security: none, acceptPlainText: true, username: u, password: { env: P } }',
      'smtp.username: would travel readable',
    ],
    ['smtp: { host: mail.example.com, from: a@b.example, username: u }', 'smtp.password: missing'],
    ['smtp: { host: mail.example.com }', 'smtp.from: missing'],
    ['routes: [{ to: [a@b.example] }]', 'routes[0].to: cannot be reached: alerts.smtp'],
    ['hooks: [{ name: a, url: "https://127.0.0.1/", secret: { env: P } }]', 'say allowPrivate: true'],
    ['hooks: [{ name: a, url: "https://0x7f.1/", secret: { env: P } }]', 'say allowPrivate: true'],
    [
      'hooks: [{ name: a, url: "https://[::ffff:127.0.0.1]/", secret: { env: P } }]',
      'say allowPrivate: true',
    ],
    [
      'hooks: [{ name: a, url: "https://169.254.169.254/", allowPrivate: true, secret: { env: P } }]',
      'nothing is ever sent',
    ],
    ['hooks: [{ name: a, url: "ftp://x.example/", secret: { env: P } }]', 'must be the address to post to'],
    ['hooks: [{ name: a, url: "https://x.example/#y", secret: { env: P } }]', 'after #'],
  ])('%s is refused', (alerts, message) => expect(faults(`  ${alerts}`)).toContain(message));

  it('may go in the clear to this machine, and elsewhere if that is said', () => {
    expect(load('  smtp: { host: localhost, from: a@b.example, security: none }').smtp?.security).toBe(
      'none',
    );
    expect(
      load('  smtp: { host: mail.example.com, from: a@b.example, security: none, acceptPlainText: true }')
        .smtp,
    ).not.toHaveProperty('acceptPlainText');
  });

  it.each([
    'a b@x.example',
    'a@b.example,c@d.example',
    'a@b.example\\r\\nBcc: x',
    '<a@b.example>',
    'ä@b.example',
    'a@',
    '@b',
    'a@-b.example',
  ])('does not take "%s" for an address', (address) =>
    expect(faults(`  ${SMTP}\n  routes: [{ to: ["${address}"] }]`)).toContain('must be one mail address'),
  );
});

describe('when somebody is told', () => {
  const at = (digest: string) =>
    load(`  ${SMTP}\n  routes: [{ to: [a@b.example], digest: ${digest} }]`).routes[0]?.digest;

  it.each([
    ['daily', '0 7 * * *', 'UTC', 'critical'],
    ['weekly', '0 7 * * 1', 'UTC', 'critical'],
    [
      "{ every: daily, at: '18:30', timezone: Europe/Berlin, atOnce: high }",
      '30 18 * * *',
      'Europe/Berlin',
      'high',
    ],
    ["{ every: weekly, on: friday, at: '00:05', atOnce: none }", '5 0 * * 5', 'UTC', null],
  ])('%s', (digest, expression, timezone, atOnce) => {
    expect(at(digest)).toEqual({ schedule: { expression, timezone }, atOnce });
  });

  it.each([
    ['hourly', /routes\[0\]\.digest\.every:/],
    ['{ every: daily, on: monday }', /digest\.on: is for a weekly digest only/],
    ['{ every: daily, at: 7 }', /digest\.at: must be an hour of the day in quotes such as '07:00'/],
    ["{ every: daily, at: '24:00' }", /digest\.at: must be an hour/],
    ['{ every: daily, timezone: Europe/Berln }', /did you mean "Europe\/Berlin"\?/],
  ])('%s is refused', (digest, fault) => {
    expect(faults(`  ${SMTP}\n  routes: [{ to: [a@b.example], digest: ${digest} }]`)).toMatch(fault);
  });

  it('may be said of a person, and of whom else', () => {
    const config = load(`
  ${SMTP}
  hooks: [{ name: pager, url: "https://hooks.slack.com", secret: { env: X }, form: slack }]
  routes: [{ to: [a@b.example] }]
  recipients: [{ address: a@b.example, digest: weekly }]
  allQuiet: { to: [a@b.example], at: '06:00', timezone: Asia/Tokyo }
  escalation: { severity: high, steps: [{ afterMinutes: 30, to: [c@b.example] }, { afterMinutes: 90, hook: pager }] }`);
    expect(config).toMatchObject({
      hooks: [{ form: 'slack' }],
      recipients: [{ address: 'a@b.example', digest: { schedule: { expression: '0 7 * * 1' } } }],
      allQuiet: {
        to: ['a@b.example'],
        hook: null,
        schedule: { expression: '0 6 * * *', timezone: 'Asia/Tokyo' },
      },
      escalation: {
        severity: 'high',
        steps: [
          { afterMinutes: 30, to: ['c@b.example'], hook: null },
          { afterMinutes: 90, hook: 'pager' },
        ],
      },
    });
  });

  it.each([
    ["allQuiet: { at: '06:00' }", /alerts\.allQuiet: leads nowhere/],
    ['escalation: { steps: [] }', /escalation\.steps: must be a list of steps/],
    ['escalation: { steps: [{ afterMinutes: 5 }] }', /escalation\.steps\[0\]: leads nowhere/],
    [
      'escalation: { steps: [{ afterMinutes: 5, hook: pagr }] }',
      /escalation\.steps\[0\]\.hook: no hook has this name/,
    ],
    [
      'escalation: { steps: [{ afterMinutes: 5, to: [a@b.example] }, { afterMinutes: 5, to: [a@b.example] }] }',
      /steps\[1\]\.afterMinutes: must come later than the step before/,
    ],
  ])('%s is refused', (part, fault) => expect(faults(`  ${SMTP}\n  ${part}`)).toMatch(fault));
});
