import { databaseWords } from './database-words.js';

const said = (code: string, message = 'x') => Object.assign(new Error(message), { severity: 'ERROR', code });

describe('databaseWords', () => {
  it.each([
    [said('53100', 'could not extend file "base/1/2": No space left on device'), 'its disk is full'],
    [
      said('57P01', 'terminating connection due to administrator command'),
      'an administrator ended the session',
    ],
    [said('42501', 'permission denied for table outbox'), 'GRANT rolewatch_app'],
    [said('25P04', 'terminating connection due to transaction timeout'), 'transaction_timeout'],
    [said('25006', 'cannot execute INSERT in a read-only transaction'), 'must lead to the primary'],
    [Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), 'the connection was cut'],
    [
      Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' }),
      'it may not be running',
    ],
    [new Error('Connection terminated unexpectedly'), 'the connection was cut'],
    [new Error('Query read timeout'), 'it did not answer in time'],
    [new Error('timeout exceeded when trying to connect'), 'no connection could be had in time'],
  ])('says what is so, and that it may be tried again (%s)', (error, words) => {
    expect(databaseWords(error)).toMatch(
      /^PostgreSQL ended this: .+\. Nothing half done is kept; try again$/,
    );
    expect(databaseWords(error)).toContain(words);
  });

  it('says nothing of what is a fault of ours', () => {
    expect(databaseWords(said('42P01', 'relation "x" does not exist'))).toBeNull();
    expect(databaseWords(said('42501', 'a legal hold begins now'))).toBeNull();
    expect(databaseWords(new TypeError('x is not a function'))).toBeNull();
  });
});
