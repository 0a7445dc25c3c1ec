import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What a pooler does with settings that it cannot keep for a client: drops them, or turns the client away. */
export type Deafness = 'drops' | 'refuses';

/**
 * Stands between a client and PostgreSQL as a pooler does, and passes nothing on of what a session is told as it begins
 * but who it is.
 * @returns the address by way of it, and what closes it
 */
export async function deafPooler(
  target: string,
  deafness: Deafness,
): Promise<{ readonly url: string; readonly close: () => Promise<unknown> }> {
  const to = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(to.port), to.hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => other.destroy());
    }
    client.once('data', (startup) => {
      if (deafness === 'refuses') {
        client.end(refusal('unsupported startup parameter: options'));
        return;
      }
      upstream.write(onlyWho(startup));
      client.pipe(upstream).pipe(client);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = (): Promise<unknown> => {
    for (const socket of sockets) socket.destroy();
    return once(server.close(), 'close');
  };
  return { url: url.href, close };
}

const HEAD_BYTES = 8;

/** The first packet (length, protocol, then names and values, each ended by NUL) without all but user and database. */
function onlyWho(startup: Buffer): Buffer {
  const words = startup.subarray(HEAD_BYTES).toString().split('\0');
  const who = words.flatMap((name, i) =>
    i % 2 === 0 && ['user', 'database'].includes(name) ? [name, words[i + 1]] : [],
  );
  const packet = Buffer.concat([startup.subarray(0, HEAD_BYTES), Buffer.from(`${who.join('\0')}\0\0`)]);
  packet.writeInt32BE(packet.length);
  return packet;
}

function refusal(words: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C08P01\0M${words}\0\0`);
  const head = Buffer.from('E____');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
