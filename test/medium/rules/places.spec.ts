import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config.js';
import { configuredRuleset } from '../../../src/rules/loaded-rules.view.js';

it('a parameter that does not fit is told with the file and the line in which it was set', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'places-'));
  const file = join(folder, 'rolewatch.yaml');
  writeFileSync(
    file,
    'sources: [{ name: hq, kind: ivanti-epmm, url: https://epmm.example.com, username: u, password: { env: P } }]\nrules:\n  parameters:\n    epmm-few-can-wipe:\n      most: 0\n      mots: 1\n',
  );
  try {
    const { rules } = await loadConfig(file);
    await expect(configuredRuleset(rules)).rejects.toThrow(
      new RegExp(
        `^${file}:\\d+:\\d+ rules.parameters.epmm-few-can-wipe.m.*\\n${file}:6:13 rules.parameters.epmm-few-can-wipe.mots: no such`,
      ),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
