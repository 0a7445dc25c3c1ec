import { appendAction } from '../accounts/action-log.store.js';
import { RolewatchError } from '../platform/errors.js';
import type { Tx } from '../platform/tx.js';

export interface AlertAcknowledgement {
  readonly source: string;
  /** `<seq>.<no>` */
  readonly alert: string;
  readonly actor: string;
  readonly reason: string;
}

/**
 * Somebody is on it: an alert goes no further. Once, and kept for good.
 * @throws RolewatchError usage, unknown-alert, refused
 */
export async function acknowledgeAlert(tx: Tx, order: AlertAcknowledgement): Promise<void> {
  const { source, alert, actor, reason } = order;
  const [seq, no] = numbersOf(alert);
  const there = await tx.query('SELECT FROM alert WHERE source = $1 AND seq = $2 AND no = $3', [
    source,
    seq,
    no,
  ]);
  if (there.length === 0)
    throw new RolewatchError('unknown-alert', `there is no alert ${alert} of ${source}`);
  const written = await tx.execute(
    `INSERT INTO alert_acknowledgement (source, seq, no, actor, reason) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [source, seq, no, actor, reason],
  );
  if (written === 0) throw await alreadyError(tx, source, alert, seq, no);
  await appendAction(tx, { actor, action: 'alert-acknowledged', source, detail: { alert, reason } });
}

async function alreadyError(
  tx: Tx,
  source: string,
  alert: string,
  seq: number,
  no: number,
): Promise<RolewatchError> {
  const [by] = await tx.query<{ actor: string; at: Date }>(
    'SELECT actor, recorded_at AS at FROM alert_acknowledgement WHERE source = $1 AND seq = $2 AND no = $3',
    [source, seq, no],
  );
  const who = by === undefined ? '' : `, by ${by.actor} at ${by.at.toISOString()}`;
  return new RolewatchError('refused', `alert ${alert} of ${source} is acknowledged already${who}`);
}

/** @throws RolewatchError usage */
function numbersOf(alert: string): [seq: number, no: number] {
  const [, seq, no] = /^(\d{1,9})\.(\d{1,9})$/.exec(alert) ?? [];
  if (seq === undefined || no === undefined)
    throw new RolewatchError(
      'usage',
      `"${alert}" is no id of an alert: they look like 2.1, and stand in its message`,
    );
  return [Number(seq), Number(no)];
}
