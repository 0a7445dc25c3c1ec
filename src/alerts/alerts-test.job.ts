import type { OnModuleDestroy } from '@nestjs/common';
import { appendAction } from '../accounts/action-log.store.js';
import type { Database } from '../platform/database.js';
import { RolewatchError } from '../platform/errors.js';
import type { AlertsConfig } from './alerts-config.js';
import { type TestChoice, type Tested, sendTests, testRecipients } from './send-test.job.js';

/** Whoever asks over HTTP waits no longer. */
const PATIENCE_MS = 120_000;

/** Test messages that are asked for from elsewhere. */
export class AlertsTest implements OnModuleDestroy {
  private readonly stopping = new AbortController();
  private testing = false;

  constructor(
    private readonly db: Database,
    private readonly alerts: AlertsConfig,
  ) {}

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  /**
   * Sends a test where routes lead, and nowhere else: the service is no relay. The log has it before the first message
   * leaves, and names nobody: it outlives whoever is erased.
   * @throws RolewatchError usage; refused while another test is going on
   */
  async send({ to, route }: TestChoice, actor: string): Promise<Tested[]> {
    const led = testRecipients(this.alerts, { route });
    const recipients = led.filter(({ recipient }) => to === undefined || recipient === to);
    if (recipients.length === 0)
      throw new RolewatchError('usage', 'to: no route leads there, and over HTTP no test goes anywhere else');
    if (this.testing)
      throw new RolewatchError('refused', 'another test is being sent: ask again once it has ended');
    this.testing = true;
    try {
      const detail = { recipients: recipients.length, ...(route !== undefined && { route }) };
      await this.db.transaction((tx) => appendAction(tx, { actor, action: 'alerts-tested', detail }));
      const limit = AbortSignal.timeout(PATIENCE_MS);
      return await sendTests(this.alerts, recipients, AbortSignal.any([this.stopping.signal, limit]));
    } finally {
      this.testing = false;
    }
  }
}
