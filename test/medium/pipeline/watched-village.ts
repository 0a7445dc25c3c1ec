import type { Estate } from '../../../demo/estate/estate.js';
import { PASSWORD, Pipeline } from '../../support/pipeline.js';
import { stored, untruths, upstream } from './lists.js';
import { addAdmin, FIELD } from './village.js';
import type { Watched } from './watched.js';

/** An EPMM server. */
export async function watchedVillage(estate: Estate, pageSize: number): Promise<Watched> {
  const pipeline = await Pipeline.start({ estate, pageSize });
  const { server, db } = pipeline;
  return {
    server,
    pipeline,
    streams: ['ping', 'device_spaces', 'users', 'user_summary', 'ldap_entity_summary', 'roles'],
    main: { stream: 'user_summary', space: '1' },
    short: { stream: 'user_summary', space: '1' },
    shortList: 'user_summary/1',
    counted: true,
    counts: ['totalCount', 'resultCount', 'hasMore'],
    secrets: [PASSWORD, Buffer.from(`${server.username}:${PASSWORD}`).toString('base64')],
    upstream: () => upstream(estate),
    stored: () => stored(db),
    untruths: () => untruths(db, estate),
    add: (id) => addAdmin(estate, id, [FIELD, 7]),
    remove: (id) => estate.removeAdmin(id),
    setRight: (id, held) => (held ? estate.grantRole(id, FIELD, 2) : estate.revokeRole(id, FIELD, 2)),
    changeSecret: () => void (server.password += ' changed'),
    async heal() {
      server.heal();
      server.accountMayRead = true;
      server.password = PASSWORD;
      await server.resume();
      await pipeline.resume();
    },
    stop: () => pipeline.stop(),
  };
}
