import { listName } from './snapshots-text.js';

it('a list is named by its space, where it has one', () => {
  expect(listName({ stream: 'user_summary', scope: '1' })).toBe('user_summary, space 1');
  expect(listName({ stream: 'users' })).toBe('users');
  expect(listName({ stream: 'users', scope: '' })).toBe('users');
});
