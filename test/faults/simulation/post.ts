import type { Channel } from '../../../src/alerts/delivery/channel.js';
import type { Delivery } from '../../../src/alerts/delivery/back-off.js';
import type { Random } from '../../medium/pipeline/mutators.js';
import type { Life } from './life.js';

/** A recipient who may be out of reach, or may get a message without the sender hearing of it. */
export class Post {
  readonly arrived = new Map<string, number>();
  calm = false;
  down = false;

  constructor(private readonly random: Random) {}

  /** As one process reaches it. */
  channelOf(life: Life): Channel {
    return {
      kind: 'mail',
      recipient: null,
      send: ({ messageId }) => life.request(() => Promise.resolve(this.take(messageId))),
    };
  }

  private take(messageId: string): Delivery {
    if (this.down) return { outcome: 'failed', said: 'nobody answers', channelDown: true };
    if (!this.calm && this.random.chance(0.1)) return { outcome: 'failed', said: 'not now' };
    this.arrived.set(messageId, (this.arrived.get(messageId) ?? 0) + 1);
    if (!this.calm && this.random.chance(0.05))
      return { outcome: 'unconfirmed', said: 'the connection was lost' };
    return { outcome: 'sent', said: 'taken' };
  }
}
