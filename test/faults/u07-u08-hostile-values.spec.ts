/** U7 and U8: ids, names and numbers that an unwary program trips over; masses that are gone at once. */
import { rows } from '../../demo/estate/faults.js';
import { seeded } from '../medium/pipeline/mutators.js';
import { seed, times } from './support/tier.js';
import { GROUNDS, inStock, Trial } from './support/trial.js';

const PIECES = [
  ...[
    '\u0000',
    '\ud800',
    '\udfff',
    '\u202e',
    '\u200d',
    '\ufeff',
    '\uffff',
    '\u2028',
    '\u0085',
    '\u001b[31m',
    '\u0007',
  ],
  ...[
    'e\u0301',
    '\u00e9',
    '\u{1f468}\u200d\u{1f469}',
    '\u05d0',
    '\u0130',
    '\u0131',
    '\u00df',
    'ﬀ',
    '\u0301'.repeat(200),
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    '<script>',
    "'; drop table record; --",
    '{{7*7}}',
    '%s%n',
    '\\',
    '"',
    '\r\nBcc: x@example.com',
  ],
  ...[
    '../../etc/passwd',
    'CN=a\\,b',
    'CN=#04024869',
    '=1+1',
    'a'.repeat(70_000),
    ' ',
    '9007199254740993',
    '1e400',
    '-0',
  ],
];

describe.each(GROUNDS)(`$name: hostile values (ROLEWATCH_SEED=${seed})`, (ground) => {
  const random = seeded(seed);
  let trial: Trial;
  beforeAll(async () => (trial = await Trial.start(ground)));
  afterAll(() => trial.stop());

  it('in keys and names, alone and together', async () => {
    for (let n = 0; n < times(6, 800 * ground.share); n++) {
      const piece = Array.from({ length: 1 + random.below(3) }, () => random.pick(PIECES)).join('');
      const renames = random.chance(0.5);
      const fault = renames ? rows.keyWith('hostile', piece) : rows.named('hostile', piece);
      const stream = random.pick(trial.watched.streams) ?? '';
      await trial.during(() => trial.server.inject(fault, { stream }), renames);
      await trial.heal();
    }
    await trial.of(() => trial.heal());
  });

  it.each(inStock(ground, 'U8'))('%s: held, not believed', async (_, fault) => {
    // shares are of a list that nothing hostile has made longer
    const calm = await Trial.start(ground);
    try {
      await calm.of(() => fault.apply(calm.server));
    } finally {
      await calm.stop();
    }
  });
});
