/**
 * Rolewatch listens on loopback only, which inside a container nobody else reaches. This shares its network and
 * carries connections from port 8081 of the container to it; docker-compose.yml publishes that port on the loopback
 * address of the host, so that who may come in stays the same: this machine.
 */
import { connect, createServer } from 'node:net';
import { pipeline } from 'node:stream/promises';

const INSIDE = { host: '127.0.0.1', port: 8080 };

const server = createServer((visitor) => {
  const inside = connect(INSIDE);
  // either side may break off; the other then ends too, and there is nothing to report
  pipeline(visitor, inside, visitor).catch(() => visitor.destroy());
});
server.listen(8081);
process.once('SIGTERM', () => process.exit());
