import { isAllowed, type Permission, type Role, ROLES } from '../../../src/platform/http/permissions.js';
import { routesOf } from '../../../src/platform/http/routes.js';
import { API } from '../../../src/api.js';
import { RUNS_CONTROLLERS } from '../../../src/runs/runs.module.js';
import { ApiBench, type Answer } from './api-bench.js';

const controllers = [...new Set([...API, ...RUNS_CONTROLLERS])];
const routes = routesOf(controllers);
const nameOf = ({ method, path }: { method: string; path: string }) => `${method.toUpperCase()} ${path}`;
const askedFor = (path: string) =>
  path
    .replace(':source', 'hq')
    .replace(/:(finding|message|token)/, '9999')
    .replace(':alert', '1.1')
    .replace(':rule', 'epmm-few-can-wipe');

/** Written down once more, by hand: what is allowed must not change without somebody saying so here, too. */
const NEEDED: Readonly<Record<string, Permission | null>> = {
  'GET /api/v1/sources': 'sources:read',
  'POST /api/v1/sources/:source/runs': 'runs:start',
  'POST /api/v1/sources/:source/resume': 'sources:resume',
  'GET /api/v1/sources/:source/snapshots': 'snapshots:read',
  'GET /api/v1/sources/:source/coverage': 'coverage:read',
  'GET /api/v1/sources/:source/access': 'access:read',
  'POST /api/v1/sources/:source/accept-shrink': 'shrink:accept',
  'POST /api/v1/sources/:source/lookup': 'directory:lookup',
  'POST /api/v1/sources/:source/erase': 'people:erase',
  'POST /api/v1/sources/:source/legal-hold': 'people:hold',
  'POST /api/v1/sources/:source/legal-hold/release': 'people:hold',
  'GET /api/v1/legal-holds': 'holds:read',
  'POST /api/v1/legal-holds': 'people:hold',
  'POST /api/v1/legal-holds/lift': 'people:hold',
  'GET /api/v1/sources/:source/legal-holds': 'holds:read',
  'POST /api/v1/sources/:source/legal-holds': 'people:hold',
  'POST /api/v1/sources/:source/legal-holds/lift': 'people:hold',
  'GET /api/v1/retention': 'retention:read',
  'GET /api/v1/retention/runs': 'retention:read',
  'POST /api/v1/retention/runs': 'retention:run',
  'GET /api/v1/sources/:source/retention': 'retention:read',
  'GET /api/v1/sources/:source/retention/runs': 'retention:read',
  'POST /api/v1/sources/:source/retention/runs': 'retention:run',
  'GET /api/v1/sources/:source/drift': 'drift:read',
  'GET /api/v1/findings': 'findings:read',
  'GET /api/v1/sources/:source/findings': 'findings:read',
  'GET /api/v1/sources/:source/findings/:finding': 'findings:read',
  'POST /api/v1/sources/:source/findings/:finding/acknowledge': 'findings:acknowledge',
  'GET /api/v1/check': 'findings:read',
  'GET /api/v1/sources/:source/check': 'findings:read',
  'POST /api/v1/sources/:source/judgements': 'judgements:start',
  'GET /api/v1/waivers': 'waivers:read',
  'GET /api/v1/sources/:source/waivers': 'waivers:read',
  'GET /api/v1/rules': 'rules:read',
  'GET /api/v1/rules/active': 'rules:read',
  'POST /api/v1/rules/activate': 'rules:activate',
  'GET /api/v1/rules/test': 'rules:read',
  'GET /api/v1/rules/lint': 'rules:read',
  'GET /api/v1/rules/schema': 'rules:read',
  'GET /api/v1/rules/:rule': 'rules:read',
  'GET /api/v1/sources/:source/alerts': 'alerts:read',
  'GET /api/v1/sources/:source/messages': 'alerts:read',
  'POST /api/v1/sources/:source/messages/:message/retry': 'alerts:retry',
  'POST /api/v1/alerts/test': 'alerts:test',
  'POST /api/v1/sources/:source/alerts/:alert/acknowledge': 'alerts:acknowledge',
  'GET /api/v1/sources/:source/report': 'report:read',
  'GET /api/v1/evidence/key': 'evidence:read',
  'POST /api/v1/sources/:source/evidence': 'evidence:create',
  'GET /api/v1/actions': 'actions:read',
  'GET /api/v1/tokens': 'tokens:read',
  'POST /api/v1/tokens/:token/revoke': 'tokens:revoke',
  'GET /api/v1/openapi.json': 'api:read',
  'POST /hooks/:source': null,
  'GET /health/live': null,
  'GET /health/ready': null,
  'GET /health': 'sources:read',
  'GET /metrics': 'metrics:read',
  'GET /': 'drift:read',
};
/** What reaches beyond any one source: a token that is limited to some may not. */
const FOR_ALL_SOURCES = [
  'POST /api/v1/rules/activate',
  'POST /api/v1/alerts/test',
  'POST /api/v1/legal-holds',
  'POST /api/v1/legal-holds/lift',
  'POST /api/v1/retention/runs',
  'GET /api/v1/tokens',
  'POST /api/v1/tokens/:token/revoke',
];
const ADMINS: readonly Permission[] = [
  'rules:activate',
  'people:erase',
  'people:hold',
  'retention:run',
  'actions:read',
  'tokens:read',
  'tokens:revoke',
];
const OPERATORS: readonly Permission[] = [
  'runs:start',
  'judgements:start',
  'shrink:accept',
  'sources:resume',
  'evidence:create',
  'alerts:test',
  'alerts:retry',
  'directory:lookup',
];
const NOT_ALLOWED: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: ['findings:acknowledge', 'alerts:acknowledge', ...OPERATORS, ...ADMINS],
  reviewer: [...OPERATORS, ...ADMINS],
  operator: ['findings:acknowledge', ...ADMINS],
  admin: [],
};

let bench: ApiBench;
const tokens = new Map<Role, string>();
let limited: string;
beforeAll(async () => {
  bench = await ApiBench.open();
  for (const role of ROLES) tokens.set(role, (await bench.token(role)).token);
  limited = (await bench.token('admin', ['hq'])).token;
});
afterAll(() => bench.close());

const HOOK = '/hooks/:source';

/** As somebody elsewhere, whom a proxy lets through to this machine. */
const elsewhere = { 'x-forwarded-for': '192.0.2.7' };

function call({ method, path }: (typeof routes)[number], token?: string): Promise<Answer> {
  const headers = token === undefined ? elsewhere : {};
  return bench.ask(askedFor(path), {
    method: method.toUpperCase(),
    headers,
    ...(token !== undefined && { token }),
  });
}

describe('every route', () => {
  it('is written down with what it needs, and no other one is there', () => {
    expect(new Set(bench.controllers)).toEqual(new Set(controllers));
    expect(Object.fromEntries(routes.map((route) => [nameOf(route), route.need?.permission]))).toEqual(
      NEEDED,
    );
  });

  it.each(ROLES)('says of each permission whether a %s has it', (role) => {
    const all = [...new Set(Object.values(NEEDED))].filter((one) => one !== null);
    expect(all.filter((permission) => !isAllowed(role, permission)).sort()).toEqual(
      [...NOT_ALLOWED[role]].sort(),
    );
  });
});

describe.each(routes.map((route) => [nameOf(route), route] as const))('%s', (_, route) => {
  const permission = route.need?.permission ?? null;

  it.each(ROLES)('lets a %s in if and only if the role may', async (role) => {
    const { status, json } = await call(route, tokens.get(role));
    if (route.path === HOOK) {
      expect([status, json.error.code]).toEqual([404, 'unknown-hook']);
      return;
    }
    const allowed = permission === null || !NOT_ALLOWED[role].includes(permission);
    if (!allowed) {
      expect([status, json.error.code]).toEqual([403, 'forbidden']);
      return;
    }
    // what it then needs besides: a body, a finding that is there, a source that is not being read
    const expected =
      route.method === 'get' && !route.path.includes(':finding') ? [200] : [200, 202, 400, 404, 409, 502];
    expect(expected).toContain(status);
    expect(json?.error?.code).not.toBe('unknown-path');
  });

  it('asks of an admin whose token is limited whether it reaches further', async () => {
    const { status, json } = await call(route, limited);
    const refused = FOR_ALL_SOURCES.includes(nameOf(route));
    expect(status === 403).toBe(refused);
    if (refused) expect(json.error.message).toMatch(/concerns every source.*limited to hq/);
  });

  it('lets nobody else in', async () => {
    const { status, headers, json } = await call(route);
    if (route.path === HOOK) {
      // it knows no tokens: without the secret of a source it is not there
      expect([status, json.error.code]).toEqual([404, 'unknown-hook']);
      return;
    }
    if (permission === null) {
      expect(status).toBe(200);
      return;
    }
    expect([status, json.error.code]).toEqual([401, 'unauthorised']);
    expect(headers['www-authenticate']).toMatch(/^Bearer/);
  });
});

describe('a token', () => {
  it.each([
    [
      'was revoked',
      async () => {
        const { id, token } = await bench.token('admin');
        await bench.revoke(id);
        return token;
      },
      'is revoked',
    ],
    [
      'has a slip in it',
      async () => (await bench.token('admin')).token.replace(/.$/, (c) => (c === 'a' ? 'b' : 'a')),
      'not the whole',
    ],
    ['is of another installation', async () => `rw_0PhBvZZZ_${'a'.repeat(49)}`, 'no token of rolewatch'],
    ['is none', async () => 'hunter2', 'no token of rolewatch'],
  ])('that %s is refused', async (_, made, why) => {
    const { status, json } = await bench.ask('/api/v1/sources', { token: await made() });
    expect([status, json.error.code]).toEqual([401, 'unauthorised']);
    expect(json.error.message).toContain(why);
  });

  it('whose secret is another one is refused, although its prefix is known', async () => {
    const [first, second] = [await bench.token('admin'), await bench.token('admin')];
    await bench.pipeline.db.query('SELECT 1');
    const { readToken } = await import('../../../src/accounts/api-token.js');
    const { base62 } = await import('../../../src/accounts/base62.js');
    const { crc32 } = await import('node:zlib');
    const body = `rw_${first.prefix}_${second.token.slice(12, 55)}`;
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(body));
    const mixed = body + base62(bytes, 6);
    expect(readToken(mixed)?.prefix).toBe(first.prefix);
    const { status, json } = await bench.ask('/api/v1/sources', { token: mixed });
    expect([status, json.error.message]).toEqual([401, 'that token is not known here']);
  });

  it('is refused once it has expired', async () => {
    const expiresAt = new Date(Date.now() + 400);
    const { createToken } = await import('../../../src/accounts/api-token.store.js');
    const { token } = await bench.pipeline.db.transaction((tx) =>
      createToken(tx, { name: 'short', role: 'viewer', sources: null, expiresAt, actor: 'a tester' }),
    );
    for (;;) {
      const { status, json } = await bench.ask('/api/v1/sources', { token });
      if (status === 200) continue;
      expect([status, json.error.message]).toEqual([401, expect.stringContaining('is expired')]);
      break;
    }
  });

  it('is not taken from anywhere but the header', async () => {
    const token = tokens.get('admin')!;
    for (const path of [`/api/v1/sources?access_token=${token}`, `/api/v1/sources?token=${token}`])
      expect((await bench.ask(path)).status).toBe(401);
    const basic = { authorization: `Basic ${Buffer.from(`a:${token}`).toString('base64')}` };
    expect((await bench.ask('/api/v1/sources', { headers: basic })).status).toBe(401);
  });

  it('is never written to the log, refused or not; who used it is', async () => {
    const all = bench.log.join('');
    for (const token of tokens.values()) {
      expect(all).not.toContain(token.slice(12, 40));
      expect(all).toContain(`"actor":"${token.slice(0, 11)}"`);
    }
    expect(all).not.toContain('hunter2');
    expect(all).toContain('token refused');
  });
});

describe('many refused tokens', () => {
  it('are not listened to any more, nor is a good one from the same address', async () => {
    let last: Answer;
    do last = await bench.ask('/api/v1/sources', { token: 'rw_no' });
    while (last.status === 401);
    expect([last.status, last.headers['retry-after']]).toEqual([429, '60']);
    expect((await bench.ask('/api/v1/sources', { token: tokens.get('admin')! })).status).toBe(429);
    expect((await bench.ask('/health/live')).status).toBe(200);
  });
});
