import { defineCommand } from '../platform/command/command.js';
import { knownSource } from '../snapshots/known-source.view.js';
import { PauseStore } from './pause.store.js';

export const resumeCommand = defineCommand({
  name: 'resume',
  summary: 'read a paused source again',
  description:
    'Ends the pause that a refused sign-in begins: nothing is sent to such a source until somebody says that the credentials are right again. Sends nothing itself.',
  arguments: { source: { description: 'the source', required: true } },
  options: {},
  examples: ['rolewatch resume hq'],
  async run(context, { source }) {
    const { db } = await context.openDatabase();
    await knownSource(db, source);
    const why = await new PauseStore(db).resume(source, context.actor);
    const resumed = why !== null;
    await context.print({ source, resumed, ...(resumed && { pausedWhy: why }) }, () =>
      resumed ? `${source} is read again; it was paused: ${why}` : `${source} was not paused`,
    );
    return 0;
  },
});
