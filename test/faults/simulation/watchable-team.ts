/** A small team of mambo EMM that the simulation watches over HTTP. */
import type { Fault } from '../../../demo/estate/simulated-server.js';
import { connection, rows, text } from '../../../demo/estate/faults.js';
import { type Style, TeamServer } from '../../../demo/estate/team-server.js';
import { riskTiersOf } from '../../../src/rules/risk-tiers.view.js';
import { createMamboEmm } from '../../../src/sources/mambo-emm/mambo-emm.client.js';
import { teamRights, teamStored, teamUntruths, teamUpstream } from '../../medium/mambo/team-lists.js';
import type { Random } from '../../medium/pipeline/mutators.js';
import { VISIBLE_FAULTS } from '../../medium/pipeline/visible-faults.js';
import { OWN_TOKEN, smallTeam, TeamFate, WIPERS } from './team-fate.js';
import { LIMITS, type Power, type Watchable } from './watchable.js';

const STYLES: readonly Style[] = ['offset', 'page', 'link', 'cursor', 'none'];
const PAGE = 4;
/** What cannot be mistaken even where no total is given: two reads that end early at one place would agree on a lie. */
const WITHOUT_TOTAL: readonly Fault[] = [
  connection.status(503),
  connection.status(403),
  connection.cut(200, 'reset'),
  text.truncated(100),
];
const OWN_FAULTS: Watchable['ownFaults'] = [
  { fault: rows.fieldMissing('access'), stream: 'access_tokens' },
  { fault: rows.fieldMissing('commands'), stream: 'access_tokens' },
  { fault: rows.fieldMissing('access'), stream: 'roles' },
  { fault: rows.fieldMissing('roles'), stream: 'members' },
  { fault: rows.field('roles', null), stream: 'members' },
  { fault: rows.row('one member without roles', ({ roles: _, ...rest }) => rest), stream: 'members' },
  { fault: rows.field('label', ['Ann']), stream: 'members' },
  { fault: rows.masked(), stream: 'members' },
];
const HOLDS = /^(.*) holds (.*) in (.*)$/;

export async function watchableTeam(name: string, random: Random): Promise<Watchable> {
  const team = smallTeam(name);
  const style = random.pick(STYLES) ?? 'offset';
  const server = await TeamServer.start(team, { style, size: PAGE });
  const { secret, lists } = server;
  const fate = new TeamFate(team, random);
  const tiers = await riskTiersOf('mambo-emm');
  return {
    kind: 'mambo-emm',
    server,
    tiers,
    fullDetail: true,
    ownAccount: OWN_TOKEN,
    streams: ['access_tokens', 'roles', 'members'],
    paged: ['access_tokens', 'members'],
    faults: style === 'cursor' ? WITHOUT_TOTAL : VISIBLE_FAULTS,
    ownFaults: OWN_FAULTS,
    get refuses() {
      return server.secret !== secret;
    },
    set refuses(refuses) {
      server.secret = refuses ? `${secret} changed` : secret;
    },
    strike: () => fate.strike(),
    lists: () => teamUpstream(team),
    rights: () => new Set(teamRights(team).map(([holder, right]) => `${holder} ${right} ${team.key}`)),
    client(source, deps) {
      const sign = () => ({ headers: { authorization: `Bearer ${secret}` }, secrets: [secret] });
      const { url } = server;
      const settings = {
        name: source,
        team: team.key,
        url,
        sign,
        ownToken: OWN_TOKEN,
        lists,
        limits: LIMITS,
      };
      return createMamboEmm(settings, deps);
    },
    stored: teamStored,
    untruths: (sql, source) => teamUntruths(sql, team, source),
    power: (grant) => powerOf(grant, team.key),
  };
}

/** A token by its own right, a member by the role, whose rights must be known by then. */
function powerOf(grant: string, key: string): Power | null {
  const [, who = '', right = ''] = HOLDS.exec(grant) ?? [];
  if (right === 'permission:device-commands.wipe') return { who, right, lists: [`access_tokens/${key}`] };
  return right === WIPERS ? { who, right, lists: [`members/${key}`, `roles/${key}`] } : null;
}
