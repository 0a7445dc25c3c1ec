/** What must hold after any fault of the database or of a process, whatever it was. */
import { Database } from '../../../src/platform/database.js';
import { untruths } from '../../medium/pipeline/lists.js';
import type { Site } from './site.js';
import { long } from './tier.js';

export interface Aftermath {
  readonly fsck: number | null;
  readonly run: number | null;
  /** Everything that is not as it must be, in words. */
  readonly wrong: readonly string[];
}

export const SOUND: Aftermath = { fsck: 0, run: 0, wrong: [] };

/** The fault is over: what it left is sound, the next run is good, and everything worth telling has been told. */
export async function afterwards(site: Site): Promise<Aftermath> {
  await site.leasesRunOut();
  const left = await site.rolewatch('fsck');
  site.nextDay();
  const run = await site.rolewatch('run');
  await site.leasesRunOut();
  await site.rolewatch('run');
  const fsck = await site.rolewatch('fsck');
  const wrong = [
    ...(left.status === 0 ? [] : [`the fault left: ${left.said}`]),
    ...(run.status === 0 ? [] : [`the next run: ${run.said}`]),
    ...(fsck.status === 0 ? [] : [`afterwards: ${fsck.said}`]),
    ...(await site.query<{ words: string }>(WRONG)).map(({ words }) => words),
    ...(await untold(site)),
    ...(await falsehoods(site)),
  ];
  return { fsck: fsck.status, run: run.status, wrong };
}

/** The same, and in the short tier less of it: one run, one look at the store. */
export async function soonAfterwards(site: Site): Promise<Aftermath> {
  if (long) return afterwards(site);
  await site.leasesRunOut();
  site.nextDay();
  const run = await site.rolewatch('run');
  const fsck = await site.rolewatch('fsck');
  const wrong = [run, fsck].flatMap(({ status, said }) => (status === 0 ? [] : [said]));
  for (const { words } of await site.query<{ words: string }>(WRONG)) wrong.push(words);
  return { fsck: fsck.status, run: run.status, wrong: [...wrong, ...(await untold(site))] };
}

/** Slots without a state of their own, slots published twice, gaps between snapshots, attempts that never ended, staging left. */
export const WRONG = `
  SELECT format('the slot %s of %s is still %s', due_at, source, state) AS words FROM slot
   WHERE state IN ('due', 'leased') AND due_at < clock_timestamp() - CASE trigger WHEN 'schedule' THEN interval '1 minute' ELSE interval '0' END
   UNION ALL
  SELECT format('the slot %s of %s %s without a reason', due_at, source, state) FROM slot
   WHERE state IN ('failed', 'missed') AND coalesce(why, '') = ''
   UNION ALL
  SELECT format('%s has %s snapshots of one slot', s.source, count(*)) FROM snapshot n JOIN run r ON r.id = n.run_id
    JOIN slot s ON s.source = r.source AND s.due_at = r.due_at GROUP BY s.source, s.due_at HAVING count(*) > 1
   UNION ALL
  SELECT format('%s: snapshot %s and its slot do not agree', coalesce(n.source, slot.source), coalesce(n.seq, slot.seq))
    FROM slot FULL JOIN snapshot n ON n.source = slot.source AND n.seq = slot.seq AND n.run_id = slot.run_id
   WHERE (slot.state = 'published') IS DISTINCT FROM (n.seq IS NOT NULL)
   UNION ALL
  SELECT format('%s counts %s snapshots and has %s', name, last_seq, (SELECT count(*) FROM snapshot WHERE source = name))
    FROM source WHERE last_seq <> (SELECT count(*) FROM snapshot WHERE source = name)
   UNION ALL
  SELECT format('run %s of %s never ended', id, source) FROM run WHERE ended_at IS NULL
   UNION ALL
  SELECT format('%s: snapshot %s was never judged', n.source, n.seq) FROM snapshot n JOIN source s ON s.name = n.source AND s.last_seq = n.seq
   WHERE NOT EXISTS (SELECT FROM judgement j WHERE j.source = n.source AND j.seq = n.seq)
   UNION ALL
  SELECT format('%s rows of run %s are still staged', count(*), run_id) FROM stage_seen GROUP BY run_id`;

/** Alerts worth telling that reached nobody, and messages that came more often than may be. */
async function untold(site: Site): Promise<string[]> {
  const times = new Map<string, number>();
  for (const { mail } of site.mailbox.received)
    times.set(mail.messageId ?? '', (times.get(mail.messageId ?? '') ?? 0) + 1);
  const messages = await site.query<{ message_id: string; state: string; why: string | null }>(
    'SELECT message_id, state, why FROM outbox',
  );
  const unrouted = await site.query<{ words: string }>(
    `SELECT format('alert %s of snapshot %s of %s is in no message', no, seq, source) AS words FROM alert a
      WHERE severity IN ('high', 'critical') AND NOT EXISTS (
        SELECT FROM outbox_alert o JOIN outbox m ON m.source = o.source AND m.id = o.id
         WHERE m.source = a.source AND m.seq = a.seq AND o.no = a.no)`,
  );
  return [
    ...unrouted.map(({ words }) => words),
    ...messages.flatMap(({ message_id: id, state, why }) => {
      const arrived = times.get(id) ?? 0;
      if (state !== 'sent') return [`the message ${id} is ${state}: ${String(why)}`];
      return arrived < 1 || arrived > 3 ? [`the message ${id} arrived ${arrived} times`] : [];
    }),
  ];
}

/** Nobody who is there counts as gone, nobody who is gone counts as there: now, and at no moment in between. */
export async function falsehoods(site: Site): Promise<string[]> {
  const db = new Database({ url: site.direct.ownerUrl, maxConnections: 2 });
  try {
    const now = await untruths(db, site.estate);
    const there = site.estate.admins().map(({ userId }) => userId);
    const reopened = await db.query<{ words: string }>(
      `SELECT format('%s was closed in %s at %s and opened again', i.shown_key, r.stream, r.until_seq) AS words
         FROM record r JOIN identity i ON i.source = r.source AND i.identity_id = r.identity_id
        WHERE i.name_space = 'admin' AND i.match_key = ANY ($1) AND r.until_seq IS NOT NULL AND NOT EXISTS (
          SELECT FROM record next WHERE next.source = r.source AND next.stream = r.stream AND next.scope = r.scope
             AND next.identity_id = r.identity_id AND next.from_seq = r.until_seq)`,
      [there],
    );
    return [...now, ...reopened.map(({ words }) => words)];
  } finally {
    await db.close();
  }
}
