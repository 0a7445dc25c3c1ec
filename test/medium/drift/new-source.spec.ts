import { readRoles } from '../../../src/drift/facts/roles.view.js';
import { preferIndexLookups } from '../../../src/platform/planner.js';
import type { Sql, Tx } from '../../../src/platform/tx.js';
import { freshDatabase } from '../../support/database.js';
import { catalogue, entry } from '../fsck/company.js';
import { asSuperuser, plant } from '../fsck/planted-store.js';

/** Tells the plan of every statement instead of running it. */
function explaining(tx: Tx, plan: string[]): Sql {
  return {
    query: async (text, params) => {
      const rows = await tx.query<{ 'QUERY PLAN': string }>(`explain ${text}`, params);
      plan.push(...rows.map((row) => row['QUERY PLAN']));
      return [];
    },
  };
}

it('a source that came after the last ANALYZE is joined by its keys, too', async () => {
  const database = await freshDatabase();
  try {
    const people = Array.from({ length: 1_000 }, (_, i) => entry('USER', `cn=u${i},dc=example`));
    await plant(database, 'old', [{ records: [...catalogue(), ...people] }]);
    await asSuperuser(database, (client) => client.query('analyze'));
    const plan: string[] = [];
    await database.db.transaction(async (tx) => {
      await preferIndexLookups(tx);
      await readRoles({ sql: explaining(tx, plan), source: 'new', seq: 1 });
    });
    expect(plan.join('\n')).toMatch(/Index Cond: .*identity_id = r\.identity_id/);
  } finally {
    await database.drop();
  }
});
