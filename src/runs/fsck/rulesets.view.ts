import { rulesetDigest } from '../../findings/judge.js';
import type { Json } from '../../sources/source.js';
import type { BadRow, StoreCheck } from './check.js';
import { rowsOf } from '../../platform/rows.view.js';

export const rulesetsCheck: StoreCheck = {
  id: 'rulesets',
  invariant:
    'every ruleset is the document that its digest is of, and activations name rulesets, without a gap',
  proves: 'the rules that anything was ever judged by are there, unaltered',
  async *run(sql): AsyncGenerator<BadRow> {
    const rulesets = rowsOf<{ digest: string; document: Json }>(
      sql,
      'select digest, document from ruleset',
      [],
    );
    for await (const { digest, document } of rulesets) {
      if (rulesetDigest(document) !== digest)
        yield { table: 'ruleset', key: { digest }, says: 'its digest is not that of its document' };
    }
    const strays = await sql.query<{ id: number; says: string }>(
      `select a.id, case when r.digest is null then 'its ruleset is not there' else 'the activation before it is missing' end as says
         from ruleset_activation a left join ruleset r on r.digest = a.digest
        where r.digest is null or (a.id > 1 and not exists (select from ruleset_activation b where b.id = a.id - 1))
        order by a.id`,
    );
    for (const { id, says } of strays) yield { table: 'ruleset_activation', key: { id }, says };
  },
};
