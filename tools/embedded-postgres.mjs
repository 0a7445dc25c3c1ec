// PostgreSQL from npm for the tools: the product's own launcher, as built by `npm ci` (or `npm run build`).
import { openEmbedded } from '../dist/src/platform/embedded-postgres/open-embedded.js';

/** @returns {Promise<{ url: string, stop(): Promise<void>, exited: Promise<void> }>} `url` is the superuser's */
export async function startPostgres({ dataDir, durable = true }) {
  const server = await openEmbedded({ dataDir, durable });
  let stopped;
  const exited = new Promise((resolve) => {
    stopped = resolve;
  });
  return {
    url: server.adminUrl,
    exited,
    async stop() {
      await server.close();
      stopped();
    },
  };
}
