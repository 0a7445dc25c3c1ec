import type { Fault } from '../../../demo/estate/simulated-server.js';
import { connection, paging, text } from '../../../demo/estate/faults.js';

/** Faults that can be seen; what lies consistently cannot be told from the truth. */
export const VISIBLE_FAULTS: readonly Fault[] = [
  connection.status(503),
  connection.status(403),
  connection.cut(200, 'reset'),
  text.truncated(100),
  paging.totalOff(1),
  paging.totalOff(-1),
  paging.rowAddedBetweenPages(),
  paging.rowRemovedBetweenPages(),
  paging.reshuffledBetweenPages(),
  paging.offsetIgnored(),
  paging.emptyPage(),
];

/** The lists at which they are thrown. */
export const STREAMS = ['device_spaces', 'users', 'user_summary', 'ldap_entity_summary', 'roles'] as const;
