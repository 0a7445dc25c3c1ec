/** A small EPMM server that the simulation watches. */
import { EpmmServer } from '../../../demo/estate/epmm-server.js';
import { dnKey } from '../../../src/access/dn.js';
import { riskTiersOf } from '../../../src/rules/risk-tiers.view.js';
import { createIvantiEpmm } from '../../../src/sources/ivanti-epmm/ivanti-epmm.client.js';
import { stored, untruths, upstream } from '../../medium/pipeline/lists.js';
import { Fate, type Random } from '../../medium/pipeline/mutators.js';
import { village } from '../../medium/pipeline/village.js';
import { STREAMS, VISIBLE_FAULTS } from '../../medium/pipeline/visible-faults.js';
import { PASSWORD } from '../../support/pipeline.js';
import { LIMITS, type Watchable } from './watchable.js';

/** The role that may wipe. */
const WIPES = /^(.*) holds 7 in (\d+)$/;

export async function watchableVillage(random: Random): Promise<Watchable> {
  const estate = village({ summaryGivesAllSpaces: random.chance(0.5) });
  const server = await EpmmServer.start(estate);
  const fate = new Fate(estate, random);
  const tiers = await riskTiersOf('ivanti-epmm');
  return {
    kind: 'ivanti-epmm',
    server,
    tiers,
    fullDetail: false,
    ownAccount: 'auditor',
    streams: STREAMS,
    paged: ['users', 'user_summary', 'ldap_entity_summary'],
    faults: VISIBLE_FAULTS,
    ownFaults: [],
    get refuses() {
      return server.password !== PASSWORD;
    },
    set refuses(refuses) {
      server.password = refuses ? `${PASSWORD} changed` : PASSWORD;
    },
    strike() {
      fate.strike();
      return fate.told.at(-1) ?? '';
    },
    lists: () => upstream(estate),
    rights() {
      const { admins, entries } = estate.truth();
      const holders = [
        ...admins.map(({ userId, grants }) => ({ who: userId, grants })),
        ...entries.map(({ dn, grants }) => ({ who: dnKey(dn), grants })),
      ];
      return new Set(
        holders.flatMap(({ who, grants }) => grants.map(({ role, space }) => `${who} ${role} ${space}`)),
      );
    },
    client: (name, deps) =>
      createIvantiEpmm(
        {
          ...{ name, url: server.url, basePath: server.basePath, username: server.username, scopes: null },
          ...{ password: () => PASSWORD, pageSize: 5, limits: LIMITS },
        },
        deps,
      ),
    stored,
    untruths: (sql, name) => untruths(sql, estate, name),
    power(grant) {
      const [, who = '', scope = ''] = WIPES.exec(grant) ?? [];
      if (who === '' || who.includes('=')) return null; // of a directory entry its members are told
      return { who, right: '7', lists: [`user_summary/${scope}`] };
    },
  };
}
