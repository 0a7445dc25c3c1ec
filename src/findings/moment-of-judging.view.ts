import { RolewatchError } from '../platform/errors.js';
import type { Sql } from '../platform/tx.js';
import { refuseBeforeHorizon, refuseTimeBeforeHorizon } from '../snapshots/horizon.view.js';
import type { Moment } from '../snapshots/moment.js';

/**
 * Until when events count for a moment that a person states; null: all of them. A snapshot means: once it was judged,
 * and before the next one was.
 * @throws RolewatchError unknown-snapshot, where it was not judged; before-horizon
 */
export async function momentOfJudging(sql: Sql, source: string, moment: Moment): Promise<Date | null> {
  if (moment.kind === 'latest') return null;
  if (moment.kind === 'time') {
    await refuseTimeBeforeHorizon(sql, source, moment.at);
    return moment.at;
  }
  await refuseBeforeHorizon(sql, source, moment.seq);
  const [judged] = await sql.query<{ until: Date | null; found: boolean }>(
    `select (select min(recorded_at) - interval '1 millisecond' from judgement where source = $1 and seq > $2) as until,
            exists (select from judgement where source = $1 and seq = $2) as found`,
    [source, moment.seq],
  );
  if (judged?.found !== true)
    throw new RolewatchError(
      'unknown-snapshot',
      `snapshot ${String(moment.seq)} of ${source} was not judged`,
    );
  return judged.until;
}
