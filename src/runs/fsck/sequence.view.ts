import type { SourceCheck } from './check.js';
import { badRowsOf } from './bad-rows.view.js';

const CHAIN = `
  select seq,
         case when seq <> coalesce(before, 0) + 1 then 'the snapshot before it is missing'
              when previous_digest is distinct from before_digest then 'it does not stand on the digest of the one before it'
              when digest <> sha256(convert_to(manifest, 'UTF8')) then 'its digest is not that of its manifest'
              else 'it is dated before the one before it' end as says
    from (select seq, digest, previous_digest, recorded_at, manifest,
                 lag(seq) over chain as before, lag(digest) over chain as before_digest, lag(recorded_at) over chain as before_at
            from snapshot where source = $1 window chain as (order by seq)) link
   where seq <> coalesce(before, 0) + 1 or previous_digest is distinct from before_digest
      or digest <> sha256(convert_to(manifest, 'UTF8')) or recorded_at < before_at
   order by seq`;

const LAST = `
  select case when source.name is null then 'it is missing'
              else 'it says ' || last_seq || ', but the last snapshot is ' || last end as says
    from (select coalesce(max(seq), 0) as last from snapshot where source = $1) published
    left join source on source.name = $1
   where last_seq is distinct from last`;

export const sequenceCheck: SourceCheck = {
  id: 'sequence',
  invariant:
    'snapshots are numbered without a gap, each stands on the digest of the one before, and time never goes back',
  proves: 'no snapshot was taken out, put in or exchanged since it was published',
  run: (sql, source) =>
    badRowsOf(sql, source, [
      { table: 'snapshot', query: CHAIN },
      { table: 'source', query: LAST },
    ]),
};
