import { holdReason, type Shrink, shrinkLimit } from './hold.js';

const calm: Shrink = {
  open: 100,
  openWithRight: 100,
  closing: 0,
  losingRight: 0,
  read: 100,
  ownAccountCloses: false,
};

describe('a shrink', () => {
  it.each([
    [5, 25, null],
    [6, 25, '6 of 25 records would close'],
    [20, 100, null],
    [21, 100, '21 of 100 records would close'],
    [5, 6, null],
  ])('of %i in %i records', (closing, open, reason) => {
    const said = holdReason({
      ...calm,
      open,
      openWithRight: open,
      closing,
      losingRight: closing,
      read: open - closing,
    });
    if (reason === null) expect(said).toBeNull();
    else expect(said).toContain(reason);
  });

  it('that leaves nothing is held, however small', () => {
    expect(holdReason({ ...calm, open: 2, closing: 2, losingRight: 2, read: 0 })).toContain(
      'nothing is left of 2',
    );
  });

  it('that takes the account it is read with is held', () => {
    expect(holdReason({ ...calm, closing: 1, losingRight: 1, read: 99, ownAccountCloses: true })).toContain(
      'account',
    );
  });

  it('counts principals that lose a right without losing their record', () => {
    expect(holdReason({ ...calm, losingRight: 21 })).toContain('21 of 100 principals would lose a right');
    expect(holdReason({ ...calm, losingRight: 20 })).toBeNull();
  });

  it('of many entries without a right is held by their number, not by their rights', () => {
    expect(holdReason({ ...calm, open: 1000, openWithRight: 2, closing: 201, read: 799 })).toContain(
      '201 of 1000',
    );
  });

  it('counts nothing where nothing was lost, even if nothing was read', () => {
    expect(holdReason({ ...calm, open: 0, read: 0 })).toBeNull();
  });

  it('limit is max(5, 20 %)', () =>
    expect([shrinkLimit(0), shrinkLimit(25), shrinkLimit(50)]).toEqual([5, 5, 10]));
});
