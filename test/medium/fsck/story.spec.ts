import { DAYS, PAGE_SIZE, play } from '../../../demo/days.js';
import { northwind } from '../../../demo/estate/northwind.js';
import { Pipeline } from '../../support/pipeline.js';

it('finds what the real pipeline publishes sound, day after day: growth, catalogue, cut-off reads, holds, releases', async () => {
  const pipeline = await Pipeline.start({ estate: northwind(), pageSize: PAGE_SIZE });
  try {
    for (const day of DAYS) {
      play(day, pipeline.server);
      for (const { stream } of day.accepted ?? []) {
        const { n } = (
          await pipeline.db.query<{ n: number }>(
            `select sum(held)::int as n from observation where stream = $1 and seq = (select max(seq) from snapshot)`,
            [stream],
          )
        )[0]!;
        await pipeline.release(stream, 'all', n);
      }
      await pipeline.publish();
      expect([day.title, await pipeline.fsck()]).toEqual([day.title, []]);
    }
  } finally {
    await pipeline.stop();
  }
}, 180_000);
