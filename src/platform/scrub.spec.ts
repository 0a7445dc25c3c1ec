import { safeError, scrub } from './scrub.js';

const CANARY = 'c4n4ry-S3cret';

describe('scrub', () => {
  it.each([
    `connect to postgresql://owner:${CANARY}@db.example.com:5432/rolewatch failed`,
    `https://auditor:p@ss/${CANARY}@core.example.com/api/v2`,
    `https://${CANARY}@core.example.com`,
    `Authorization: Basic ${CANARY}`,
    `{"authorization":"Bearer ${CANARY}"}`,
    `sent header Basic ${CANARY}`,
    `password=${CANARY}`,
    `"password": "${CANARY} with spaces"`,
    `host=db user=owner password='${CANARY}' dbname=x`,
    `HQ_PASSWORD=${CANARY}`,
    `ROLEWATCH_KEY=${CANARY}`,
    `?access_token=${CANARY}&page=2`,
    `Set-Cookie: session=${CANARY}; Path=/`,
    `x-api-key: ${CANARY}`,
  ])('hides the secret of %j', (text) => {
    expect(scrub(text)).not.toContain(CANARY);
  });

  it.each([
    'GET https://core.example.com/api/v2/admins/users?offset=200: 503',
    'uid=jdoe,ou=People,dc=example,dc=com',
    'stream user_summary, scope 1: totalCount changed from 12 to 13',
    'mail to jdoe@example.com',
  ])('leaves %j as it is', (text) => {
    expect(scrub(text)).toBe(text);
  });

  it('cuts a text that is no message any more, between words', () => {
    const long = `${'word '.repeat(790)}https://auditor:${CANARY.repeat(20)}@core.example.com ${'x'.repeat(1_000_000)}`;
    expect(scrub(long)).toMatch(/^(word )+… \(\d+ more characters\)$/);
  });

  it('is not held up by texts that look like many secrets', () => {
    expect(scrub(`${'a://'.repeat(200_000)}${'password='.repeat(200_000)}`)).toMatch(
      /2600000 more characters/,
    );
  });
});

describe('safeError', () => {
  it('keeps name, code and message, without credentials, down the causes', () => {
    const cause = Object.assign(new Error(`password=${CANARY}`), {
      code: 'ECONNREFUSED',
      headers: { cookie: CANARY },
    });
    const safe = safeError(new TypeError('could not connect', { cause }));
    expect(safe).toMatchObject({
      name: 'TypeError',
      message: 'could not connect',
      cause: { code: 'ECONNREFUSED' },
    });
    expect(JSON.stringify(safe)).not.toContain(CANARY);
  });

  it('ends for an error that is its own cause', () => {
    const error = new Error('round');
    error.cause = error;
    expect(JSON.stringify(safeError(error)).match(/"message"/g)).toHaveLength(5);
  });

  it('takes whatever was thrown', () => {
    expect(safeError(`password=${CANARY}`)).toEqual({ name: 'string', message: 'password=***' });
  });
});
