import { appendAction } from '../accounts/action-log.store.js';
import { RolewatchError } from '../platform/errors.js';
import type { Tx } from '../platform/tx.js';
import { stateAfter } from './finding.js';
import { lockFindings } from './judgement-due.store.js';
import { standingsOf } from './standings.view.js';

export interface Acknowledgement {
  readonly source: string;
  readonly finding: number;
  readonly actor: string;
  readonly reason: string;
}

/**
 * Somebody has seen a finding and says what they do about it. It stays open: only a waiver accepts, only a change upstream resolves.
 * @throws RolewatchError unknown-finding, refused
 */
export async function acknowledge(
  tx: Tx,
  { source, finding, actor, reason }: Acknowledgement,
): Promise<void> {
  await lockFindings(tx, source);
  const standing = (await standingsOf(tx, source)).find(({ id }) => id === finding);
  const name = `finding ${String(finding)} of ${source}`;
  if (standing === undefined) throw new RolewatchError('unknown-finding', `there is no ${name}`);
  if (stateAfter(standing.state, 'acknowledged') === null)
    throw new RolewatchError('refused', `${name} is ${standing.state}: there is nothing to acknowledge`);
  await tx.execute(
    `INSERT INTO finding_event (source, finding, no, kind, state, severity, message, because, matched, matched_digest, actor, reason)
     SELECT source, finding, no + 1, 'acknowledged', 'acknowledged', severity, message, because, matched, matched_digest, $4, $5
       FROM finding_event WHERE source = $1 AND finding = $2 AND no = $3`,
    [source, finding, standing.no, actor, reason],
  );
  await appendAction(tx, { actor, action: 'finding-acknowledged', source, detail: { finding, reason } });
}
