import { createServer } from 'node:net';

/** The port where somebody looks first, if nobody listens there; else 0, which takes any free one. */
export function portFor(wanted: number): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(0));
    server.listen(wanted, '127.0.0.1', () => server.close(() => resolve(wanted)));
  });
}
