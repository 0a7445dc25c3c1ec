import { accountIdentity, judgedStateOf } from '../../../src/findings/judged-state.view.js';
import { TEAM_SOURCE, TeamPipeline } from '../../support/team-pipeline.js';

it('the own token is the token, also where a member has the same id', async () => {
  const pipeline = await TeamPipeline.start();
  try {
    const seq = await pipeline.publish({
      accessTokens: [{ id: 'rolewatch', permissions: { team: 'view' } }],
      roles: [{ id: 'desk', name: 'Desk', permissions: { groups: 'view' } }],
      members: [{ id: 'rolewatch', name: 'Somebody', roles: ['desk'] }],
    });
    const ownAccount = await accountIdentity(pipeline.db, TEAM_SOURCE, 'rolewatch');
    const state = await judgedStateOf(pipeline.db, TEAM_SOURCE, seq, { product: 'mambo-emm', ownAccount });
    const own = state.principals.filter((principal) => principal.ownAccount);
    expect(own.map(({ kind }) => kind)).toEqual(['access-token']);
  } finally {
    await pipeline.stop();
  }
});
