import { sessionAt } from './session.js';

describe('sessionAt', () => {
  it('puts ours behind the options of the address, where they win', () => {
    const { connectionString, options } = sessionAt(
      'postgresql://ann:p%40ss@db:5432/rw?sslmode=require&options=-c%20TimeZone%3DAsia/Tokyo&client_encoding=LATIN1',
      ['-c role=app'],
    );
    expect(connectionString).toBe('postgresql://ann:p%40ss@db:5432/rw?sslmode=require');
    expect(options).toMatch(/^-c TimeZone=Asia\/Tokyo -c TimeZone=UTC .* -c role=app$/);
  });

  it('leaves an address alone that says nothing of the kind', () => {
    const url = 'postgresql:///rw?user=ann&host=%2Fvar%2Frun%2Fpostgresql';
    expect(sessionAt(url).connectionString).toBe(url);
  });
});
