/** U11: answers without an end are left early, and memory stays where it is. */
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { connection } from '../../demo/estate/faults.js';
import type { Fault } from '../../demo/estate/simulated-server.js';
import { GROUNDS, Trial } from './support/trial.js';

const GIGABYTE = 1024 ** 3;

const packed = (encoding: string, pack: (bytes: Buffer) => Buffer): Fault => ({
  name: encoding,
  answer(reply) {
    reply.whole = pack(Buffer.alloc(64 * 1024 ** 2, ' '));
    reply.headers['content-encoding'] = encoding;
  },
});

/** The best compression would take as long as everything else here. */
const fastBrotli = (bytes: Buffer): Buffer =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });

describe.each(GROUNDS)('$name: answers that are too large', (ground) => {
  let trial: Trial;
  let sent = 0;
  beforeAll(async () => (trial = await Trial.start(ground)));
  afterAll(() => trial.stop());

  /** Counts what leaves the server before whatever comes before it in the list of faults. */
  const counted: Fault = {
    name: 'counted',
    answer: (reply) =>
      void reply.filters.push(async function* (bytes) {
        for await (const piece of bytes) {
          sent += piece.length;
          yield piece;
        }
      }),
  };

  it.each<[string, Fault, RegExp]>([
    ['10 GB', connection.hugeBody(10 * GIGABYTE), /larger than \d+ bytes/],
    ['10 GB in gzip', connection.compressionBomb(10 * GIGABYTE), /content-encoding "?gzip/],
    ['gzip', packed('gzip', gzipSync), /content-encoding "?gzip/],
    ['brotli', packed('br', fastBrotli), /content-encoding "?br/],
    ['gzip in gzip', packed('gzip, gzip', (bytes) => gzipSync(gzipSync(bytes))), /content-encoding/],
    ['a million headers', connection.manyHeaders(1_000_000), /headers are larger/],
  ])('%s', async (_, fault, words) => {
    sent = 0;
    const before = process.memoryUsage().rss;
    const outcome = await trial.of(() => {
      trial.server.inject(fault, trial.watched.main);
      trial.server.inject(counted, trial.watched.main);
    });
    const whys = await whysOf(outcome.seq, outcome.why);
    expect(whys).toMatch(words);
    // each list is read at most a few times, and an answer is left at 4 MiB here
    expect(sent).toBeLessThan(256 * 1024 ** 2);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 ** 2);
  });

  async function whysOf(seq: number | undefined, why: string | undefined): Promise<string> {
    const doubts = seq === undefined ? [] : await trial.pipeline.doubts(seq);
    return [why, ...doubts.map((doubt) => doubt.why)].join('; ');
  }
});
