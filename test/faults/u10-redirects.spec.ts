/** U10: whoever redirects us learns that we do not go, and who is pointed at never hears of it. */
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connection } from '../../demo/estate/faults.js';
import { GROUNDS, Trial } from './support/trial.js';

describe.each(GROUNDS)('$name: redirects', (ground) => {
  let trial: Trial;
  let other: Server;
  let visits = 0;
  beforeAll(async () => {
    trial = await Trial.start(ground);
    other = createServer((socket) => {
      visits++;
      socket.destroy();
    }).listen(0);
    await once(other, 'listening');
  });
  afterAll(async () => {
    await trial.stop();
    other.close();
  });

  const elsewhere = (host: string): string =>
    `http://${host}:${(other.address() as AddressInfo).port}/api/v2/ping`;
  const TARGETS: [string, () => string][] = [
    ['another port', () => elsewhere('127.0.0.1')],
    ['another spelling of loopback', () => elsewhere('localhost')],
    ['a short address', () => elsewhere('127.1')],
    ['IPv6', () => elsewhere('[::1]')],
    ['with a user before it', () => elsewhere(`127.0.0.1:${new URL(trial.server.url).port}@127.0.0.1`)],
    ['without a scheme', () => elsewhere('127.0.0.1').replace('http:', '')],
    ['a metadata address', () => 'http://169.254.169.254/latest/meta-data/'],
    ['a file', () => 'file:///etc/passwd'],
    ['no address', () => 'http://['],
    ['a text with line ends escaped', () => '/%0d%0aSet-Cookie:x'],
  ];

  it.each(TARGETS)('to %s', async (_, target) => {
    for (const code of [301, 302, 303, 307, 308]) {
      const outcome = await trial.during(() => trial.server.inject(connection.redirect(target(), code)));
      expect([outcome.outcome, outcome.why]).toEqual([
        'failed',
        expect.stringMatching(/redirect.*never followed/),
      ]);
      await trial.heal();
    }
    await trial.of(() =>
      trial.server.inject(connection.redirect(target()), { ...trial.watched.main, page: 1 }),
    );
    expect(visits).toBe(0);
  });
});
