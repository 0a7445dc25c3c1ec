import { messageOf } from '../../platform/errors.js';
import { SourceError } from '../source.js';
import { DEFAULT_LIMITS } from './limits.js';
import { parseRetryAfter, PassingError, retrying } from './retry.js';

const signal = new AbortController().signal;

/** Fails with each of `errors` in turn, then answers; tells what was slept. */
async function run(
  errors: readonly Error[],
  random = 0.999_999,
): Promise<{ slept: number[]; outcome: unknown; tries: number }> {
  const slept: number[] = [];
  let tries = 0;
  const attempt = (): Promise<string> => {
    const error = errors[tries++];
    return error === undefined ? Promise.resolve('answer') : Promise.reject(error);
  };
  const sleep = (ms: number): Promise<void> => {
    slept.push(Math.round(ms));
    return Promise.resolve();
  };
  const outcome: unknown = await retrying(attempt, DEFAULT_LIMITS, signal, {
    sleep,
    random: () => random,
  }).catch((error: unknown) => error);
  return { slept, outcome, tries };
}

const passing = (retryAfterMs: number | null = null): PassingError =>
  new PassingError('http-status', 'users: answered 503', retryAfterMs);

describe('retrying', () => {
  it('waits up to twice as long each time and answers as soon as it can', async () => {
    expect(await run([passing(), passing(), passing()])).toEqual({
      slept: [500, 1000, 2000],
      outcome: 'answer',
      tries: 4,
    });
    expect((await run([passing(), passing()], 0)).slept).toEqual([0, 0]);
  });

  it('gives up after five attempts and says so', async () => {
    const { outcome, tries } = await run(Array.from({ length: 9 }, () => passing()));
    expect(tries).toBe(5);
    expect(outcome).toEqual(new SourceError('http-status', 'users: answered 503; tried 5 times'));
  });

  it('does not try again what fails for good', async () => {
    const denied = new SourceError('denied', 'no');
    expect(await run([denied])).toEqual({ slept: [], outcome: denied, tries: 1 });
    expect((await run([passing(), denied])).tries).toBe(2);
  });

  it('waits as long as the server asks, but not for ever', async () => {
    expect((await run([passing(900_000)])).slept).toEqual([900_000]);
    const { outcome, tries } = await run([passing(900_001 + 3_600_000)]);
    expect(tries).toBe(1);
    expect(outcome).toHaveProperty(
      'message',
      'users: answered 503; the server asks to wait 75 min, longer than the 15 min we wait',
    );
    expect((await run([passing(1e20)])).outcome).toHaveProperty(
      'message',
      'users: answered 503; the server asks to wait more than a day, longer than the 15 min we wait',
    );
  });
});

describe('requests of one run', () => {
  it('share what is waited for because the server asks for it', async () => {
    const patience = { leftMs: 600_000 };
    const waits: number[] = [];
    const ask = (ms: number): Promise<unknown> => {
      let tries = 0;
      const attempt = () => (tries++ === 0 ? Promise.reject(passing(ms)) : Promise.resolve('answer'));
      const sleep = (slept: number): Promise<void> => Promise.resolve(void waits.push(slept));
      return retrying(attempt, DEFAULT_LIMITS, signal, { sleep, random: () => 0 }, patience).catch(messageOf);
    };
    expect(await ask(400_000)).toBe('answer');
    expect(await ask(400_000)).toMatch(/asks to wait 7 min, and this run has waited as long as it may$/);
    expect(await ask(200_000)).toBe('answer');
    // no longer than any other pause between two attempts: always waited for
    expect(await ask(30_000)).toBe('answer');
    expect(waits).toEqual([400_000, 200_000, 30_000]);
  });
});

describe('parseRetryAfter', () => {
  const now = new Date('2026-10-21T07:28:00Z');
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['99999999999999999999', 1e23],
    ['Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
    ['Wed, 21 Oct 2015 07:28:00 GMT', 0],
    ['-5', null],
    ['1.5', null],
    ['soon', null],
    ['', null],
    [undefined, null],
  ])('reads %j as %j', (value, ms) => {
    expect(parseRetryAfter(value, now)).toBe(ms);
  });
});
