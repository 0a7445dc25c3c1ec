import { Pipeline } from '../../support/pipeline.js';
import { village } from '../pipeline/village.js';

/** The journal grows for ever (docs/retention.md): what it grows by has to be known, and to stay so small. */
it('a run that finds nothing new costs eight entries of the journal, however large the source is', async () => {
  const pipeline = await Pipeline.start({ estate: village() });
  try {
    await pipeline.publish();
    await pipeline.publish();
    const [before] = await pipeline.db.query<{ no: string }>('select max(no)::text as no from journal');
    await pipeline.publish();
    const added = await pipeline.db.query<{ about: string; n: number; bytes: number }>(
      `select about, count(*)::int as n, ceil(avg(pg_column_size(journal.*)))::int as bytes from journal where no > $1 group by about order by about`,
      [before?.no],
    );
    expect(Object.fromEntries(added.map(({ about, n }) => [about, n]))).toEqual({
      run: 2,
      slot: 4,
      snapshot: 1,
      source: 1,
    });
    expect(Math.max(...added.map(({ bytes }) => bytes))).toBeLessThanOrEqual(210);
  } finally {
    await pipeline.stop();
  }
});
