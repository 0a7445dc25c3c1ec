import { held, Team } from '../../../demo/estate/team.js';
import { type Style, TeamServer } from '../../../demo/estate/team-server.js';
import { createMamboEmm } from '../../../src/sources/mambo-emm/mambo-emm.client.js';
import { LIMITS, WITHOUT_WAITING } from '../../support/source-pipeline.js';
import { TEAM, TEAM_SOURCE, TeamPipeline } from '../../support/team-pipeline.js';
import type { Watched } from '../pipeline/watched.js';
import { teamStored, teamUntruths, teamUpstream } from './team-lists.js';

/** In each list so many that 21 % of them are more than may go without a person's word. */
const TOKENS = 54;
const MEMBERS = 30;
const ROLES = 13;

/** A team of mambo EMM. */
export async function watchedTeam(style: Style, size: number): Promise<Watched> {
  const team = crowdedTeam();
  const server = await TeamServer.start(team, { style, size });
  const { secret } = server;
  const pipeline = await TeamPipeline.start(undefined, 'mambo-emm');
  const sign = () => ({ headers: { authorization: `Bearer ${secret}` }, secrets: [secret] });
  const { key, lists } = { key: team.key, lists: server.lists };
  pipeline.source = () =>
    Promise.resolve(
      createMamboEmm(
        {
          ...{
            name: TEAM_SOURCE,
            team: key,
            url: server.url,
            sign,
            ownToken: 'token0',
            lists,
            limits: LIMITS,
          },
          ...pipeline.connection,
        },
        WITHOUT_WAITING,
      ),
    );
  return {
    server,
    pipeline,
    streams: ['access_tokens', 'roles', 'members'],
    main: { stream: 'access_tokens' },
    short: { stream: 'members', page: 2 },
    shortList: `members/${key}`,
    counted: style !== 'cursor',
    counts: [style === 'cursor' ? 'next' : 'total'],
    secrets: [secret],
    upstream: () => teamUpstream(team),
    stored: () => teamStored(pipeline.db),
    untruths: () => teamUntruths(pipeline.db, team),
    add: (id) => team.addToken({ id, name: id, held: held({ devices: 'view' }, 'wipe') }),
    remove: (id) => team.removeToken(id),
    setRight: (id, has) =>
      team.changeToken(id, { held: held({ devices: 'view' }, 'wipe', ...(has ? (['lock'] as const) : [])) }),
    changeSecret: () => void (server.secret += ' changed'),
    async heal() {
      server.heal();
      server.secret = secret;
      await server.resume();
      await pipeline.resume();
    },
    async stop() {
      await server.stop();
      await pipeline.stop();
    },
  };
}

function crowdedTeam(): Team {
  const team = new Team(TEAM);
  for (let n = 0; n < ROLES; n++)
    team.setRole({
      id: `role${n}`,
      name: `Role ${n}`,
      held: held({ groups: n % 2 === 0 ? 'view' : 'manage' }),
    });
  for (let n = 0; n < TOKENS; n++) {
    const [name, owner] = [`Token ${n}`, `owner${n}@example.com`];
    const createdAt = new Date(Date.UTC(2026, 0, 1 + n)).toISOString();
    team.addToken({
      id: `token${n}`,
      name,
      owner,
      createdAt,
      held: held({ devices: 'view', reports: 'generate' }),
    });
  }
  for (let n = 0; n < MEMBERS; n++) {
    const roles = [`role${n % ROLES}`, `role${(n + 1) % ROLES}`];
    team.setMember({ id: `member${n}`, name: `Member ${n}`, email: `member${n}@example.com`, roles });
  }
  return team;
}
