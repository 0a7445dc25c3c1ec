import { rmSync } from 'node:fs';

export default async function tearDown() {
  const { testServer } = globalThis;
  testServer.users -= 1;
  if (testServer.users > 0) return;
  await testServer.template.drop();
  await testServer.server?.close();
  if (testServer.dataDir) rmSync(testServer.dataDir, { recursive: true, force: true });
}
