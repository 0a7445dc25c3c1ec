import { Readable } from 'node:stream';

/** Whether a message began to leave: from then on nobody but the other side knows whether it arrived. */
export interface Handover {
  began: boolean;
}

/** The message as a stream that says when it begins to be read: only once there is a connection to send it by. */
export function watched(bytes: Buffer, handover: Handover): Readable {
  return new Readable({
    read() {
      handover.began = true;
      this.push(bytes);
      this.push(null);
    },
  });
}
