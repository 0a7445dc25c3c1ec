import { planScopes } from './plan.js';

const none = { configured: null, listed: null, watched: [], lastListed: [] };

describe('the scopes of a run', () => {
  it('are those the source lists, in the order of their numbers', () => {
    expect(planScopes({ ...none, listed: ['10', '2', '1'] })).toEqual({
      read: ['1', '2', '10'],
      left: [],
      unlisted: [],
    });
  });

  it('are the configured ones among those listed', () => {
    const plan = planScopes({ ...none, configured: ['1', '3'], listed: ['1', '2'] });
    expect(plan).toEqual({ read: ['1'], left: [], unlisted: ['3'] });
  });

  it('are the last known ones when discovery fails, and none leaves', () => {
    const plan = planScopes({ ...none, watched: ['1', '2'], lastListed: ['1', '2', '3'] });
    expect(plan).toEqual({ read: ['1', '2', '3'], left: [], unlisted: [] });
  });

  it('are the configured ones when discovery fails', () => {
    expect(planScopes({ ...none, configured: ['4'] }).read).toEqual(['4']);
  });

  it('lose a scope that is no longer listed', () => {
    const both = ['1', '2'];
    expect(planScopes({ ...none, listed: ['1'], watched: both, lastListed: both }).left).toEqual([
      { scope: '2', by: 'scope' },
    ]);
  });

  it('lose one that was never listed because of the configuration: another product had the name', () => {
    expect(planScopes({ ...none, listed: ['1'], watched: ['acme'] }).left).toEqual([
      { scope: 'acme', by: 'configuration' },
    ]);
  });

  it('lose a scope that configuration no longer names, whether or not discovery worked', () => {
    const left = [{ scope: '2', by: 'configuration' }];
    expect(planScopes({ ...none, configured: ['1'], listed: ['1', '2'], watched: ['1', '2'] }).left).toEqual(
      left,
    );
    expect(
      planScopes({ ...none, configured: ['1'], watched: ['1', '2'], lastListed: ['1', '2'] }).left,
    ).toEqual(left);
  });

  it('lose a configured scope that the source no longer lists, because of the source', () => {
    const plan = planScopes({
      configured: ['1', '2'],
      listed: ['1'],
      watched: ['1', '2'],
      lastListed: ['1', '2'],
    });
    expect(plan.left).toEqual([{ scope: '2', by: 'scope' }]);
  });
});
