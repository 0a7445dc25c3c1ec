/**
 * The simulated server keeps the contract in all its variants. To look at an appliance of your own:
 * ROLEWATCH_CONTRACT_URL=https://core.example.com ROLEWATCH_CONTRACT_USER=… ROLEWATCH_CONTRACT_PASSWORD=… npx jest contract
 */
import { EpmmServer } from '../../../demo/estate/epmm-server.js';
import { northwind } from '../../../demo/estate/northwind.js';
import { describeEpmmContract } from './epmm-contract.js';
import type { VisitedServer } from './visitor.js';

describeEpmmContract('simulated', () => simulated());
describeEpmmContract('simulated, a summary gives its own space only', () =>
  simulated({ ownSpaceOnly: true }),
);
describeEpmmContract('simulated, behind a base path', () => simulated({ basePath: '/rest' }));

const { ROLEWATCH_CONTRACT_URL, ROLEWATCH_CONTRACT_USER, ROLEWATCH_CONTRACT_PASSWORD } = process.env;
if (ROLEWATCH_CONTRACT_URL !== undefined)
  describeEpmmContract(ROLEWATCH_CONTRACT_URL, () =>
    Promise.resolve({
      url: ROLEWATCH_CONTRACT_URL.replace(/\/$/, ''),
      username: ROLEWATCH_CONTRACT_USER ?? '',
      password: ROLEWATCH_CONTRACT_PASSWORD ?? '',
      close: () => Promise.resolve(),
    }),
  );

async function simulated({ ownSpaceOnly = false, basePath = '' } = {}): Promise<VisitedServer> {
  const estate = northwind({ summaryGivesAllSpaces: !ownSpaceOnly });
  const server = await EpmmServer.start(estate, { basePath });
  return {
    url: `${server.url}${basePath}`,
    username: server.username,
    password: server.password,
    close: () => server.stop(),
  };
}
