import { type Waiver, waiverId, waiversDigest } from '../../findings/waiver.js';
import { rowsOf } from '../../platform/rows.view.js';
import type { BadRow, SourceCheck } from './check.js';
import type { Sql } from '../../platform/tx.js';

const WAIVERS = `
  select id, rule, jsonb_build_object('kind', subject_kind, 'id', subject_id) as subject, fields, reason, approver,
         valid_from as "from", valid_until as until, accepts,
         exists (select from judgement j where j.source = w.source and w.id = any (j.waivers)) as judged
    from waiver w where source = $1 order by id collate "C"`;

const IN_FORCE = `
  select id, waivers_digest as digest, waivers,
         (select min(named) from unnest(waivers) named
           where not exists (select from waiver w where w.source = j.source and w.id = named)) as missing
    from judgement j where source = $1 and waivers is not null order by id`;

interface InForce {
  readonly id: number;
  readonly digest: string;
  readonly waivers: readonly string[];
  readonly missing: string | null;
}

/** Judgements made before waivers were kept have none to compare with. */
export const waiversCheck: SourceCheck = {
  id: 'waivers',
  invariant:
    'every waiver is the content that its id is of, and each judgement names exactly those that were in force',
  proves: 'what was accepted, by whom, until when, was not altered afterwards',
  async *run(sql, source) {
    yield* alteredWaivers(sql, source);
    yield* misnamedWaivers(sql, source);
  },
};

async function* alteredWaivers(sql: Sql, source: string): AsyncGenerator<BadRow> {
  for await (const { judged, ...waiver } of rowsOf<Waiver & { judged: boolean }>(sql, WAIVERS, [source])) {
    const { id, ...content } = waiver;
    const bad = { table: 'waiver', key: { source, id } };
    if (waiverId(content) !== id) yield { ...bad, says: 'its id is not that of its content' };
    else if (!judged) yield { ...bad, says: 'no judgement names it' };
  }
}

async function* misnamedWaivers(sql: Sql, source: string): AsyncGenerator<BadRow> {
  for await (const { id, digest, waivers, missing } of rowsOf<InForce>(sql, IN_FORCE, [source])) {
    const bad = { table: 'judgement', key: { source, id } };
    if (missing !== null) yield { ...bad, says: `waiver ${missing} is not there` };
    if (waiversDigest(waivers.map((one) => ({ id: one }))) !== digest)
      yield { ...bad, says: 'its waivers are not those that its digest names' };
  }
}
