import { verifyActionLog } from '../../accounts/action-chain.view.js';
import type { StoreCheck } from './check.js';

export const actionLogCheck: StoreCheck = {
  id: 'action-log',
  invariant: 'every action in the log carries the hash of the one before, and none is missing',
  proves: 'what people did was neither altered nor taken out of the log',
  async *run(sql) {
    const broken = await verifyActionLog(sql);
    if (broken !== null) yield { table: 'action_log', key: { id: broken.id }, says: broken.why };
  },
};
