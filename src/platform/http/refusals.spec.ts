import { Refusals } from './refusals.js';

let now = 0;
let refusals: Refusals;
beforeEach(() => {
  now = 0;
  refusals = new Refusals(() => now);
});

const refuse = (address: string, times: number): void => {
  for (let i = 0; i < times; i += 1) refusals.add(address);
};

describe('refused tokens', () => {
  it('are borne thirty times a minute from one address', () => {
    refuse('10.0.0.1', 29);
    expect(refusals.tooMany('10.0.0.1')).toBe(false);
    refuse('10.0.0.1', 1);
    expect(refusals.tooMany('10.0.0.1')).toBe(true);
    expect(refusals.tooMany('10.0.0.2')).toBe(false);
    now = 60_000;
    expect(refusals.tooMany('10.0.0.1')).toBe(false);
  });

  it('are forgotten where there are too many addresses, the oldest first', () => {
    refuse('first', 30);
    for (let i = 0; i < 10_000; i += 1) refusals.add(`10.${i}`);
    expect(refusals.tooMany('first')).toBe(false);
  });
});
