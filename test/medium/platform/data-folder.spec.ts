import { openEmbedded } from '../../../src/platform/embedded-postgres/open-embedded.js';

describe('a data folder that cannot be made', () => {
  it('is refused at once, with what to do', async () => {
    // as a child of a file, it can be made on no system
    await expect(openEmbedded({ dataDir: `${__filename}/data` })).rejects.toMatchObject({
      code: 'embedded-postgres',
      message: expect.stringMatching(/cannot be made: ENOTDIR.*--data$/) as string,
    });
  });

  (process.platform === 'linux' ? it : it.skip)('is refused where a file system takes none', async () => {
    await expect(openEmbedded({ dataDir: '/proc/rolewatch/data' })).rejects.toMatchObject({
      code: 'embedded-postgres',
    });
  });
});
