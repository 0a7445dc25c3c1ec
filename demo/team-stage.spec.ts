import { checkYaml } from '../src/platform/config/check.js';
import { section } from '../src/platform/config/section.js';
import { sourcesSchema } from '../src/sources/source-config.js';
import { northwindField } from './estate/team.js';
import { TeamServer } from './estate/team-server.js';
import { TEAM_DAYS } from './team-days.js';
import { teamSources } from './team-stage.js';

describe('the part of the demo that plays in a team', () => {
  it.each(['none', 'offset', 'page', 'cursor', 'link'] as const)(
    'writes a configuration that means what its server does, paging by %s',
    async (style) => {
      const server = await TeamServer.start(northwindField(), { style });
      const yaml = `sources:\n${teamSources(server)}`;
      await server.stop();
      const { sources } = checkYaml(yaml, 'rolewatch.yaml', section({ sources: sourcesSchema('/demo') }));
      expect(sources[0]).toMatchObject({ kind: 'mambo-emm', lists: server.lists });
      expect(sources[1]).toMatchObject({ kind: 'mambo-emm-files', file: '/demo/export/access-tokens.csv' });
      expect(yaml).not.toContain(server.secret);
    },
  );

  it('gives the pipeline a right in vain first, and brings it to life afterwards', () => {
    const team = northwindField();
    const ci = () => team.tokens.find(({ id }) => id === 'tok-ci')?.held;
    const seen = TEAM_DAYS.map((day) => {
      day.happens?.(team);
      return [ci()?.commands.includes('wipe'), ci()?.levels.devices === 'view'];
    });
    expect(seen.slice(0, 3)).toEqual([
      [false, false],
      [true, false],
      [true, true],
    ]);
  });
});
