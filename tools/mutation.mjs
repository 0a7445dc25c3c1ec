/**
 * `npm run mutation [-- MODULE …]`: changes each of the modules that everything rests on in every small way, runs its
 * laws and examples against each change, and prints how many were noticed. Exits 1 below the least score.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LEAST, MODULES } from '../test/mutation/modules.mjs';

const root = join(import.meta.dirname, '..');
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(MODULES, name));
if (unknown !== undefined) {
  console.error(`there is no module ${unknown}; there are ${Object.keys(MODULES).join(', ')}`);
  process.exit(2);
}

const scores = [];
for (const name of asked.length > 0 ? asked : Object.keys(MODULES)) {
  const { status } = spawnSync(join(root, 'node_modules/.bin/stryker'), ['run'], {
    cwd: root,
    env: { ...process.env, ROLEWATCH_MUTATION: name },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) process.exit(1);
  scores.push(scoreOf(name));
}
console.log('\n| module | mutants | noticed | score |\n|---|---|---|---|');
for (const { name, mutants, noticed, score } of scores)
  console.log(`| ${name} | ${mutants} | ${noticed} | ${score.toFixed(1)} % |`);
process.exit(scores.every(({ score }) => score >= LEAST) ? 0 : 1);

/** Prints what was not noticed, with its place. */
function scoreOf(name) {
  const { files } = JSON.parse(readFileSync(join(root, `coverage/mutation/${name}.json`), 'utf8'));
  const all = Object.entries(files).flatMap(([file, { mutants }]) =>
    mutants.map((mutant) => ({ file, ...mutant })),
  );
  const noticed = all.filter(({ status }) => status === 'Killed' || status === 'Timeout');
  const missed = all.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
  for (const { file, location, mutatorName, replacement } of missed)
    console.log(
      `${file}:${location.start.line} ${mutatorName}: ${replacement.replace(/\s+/g, ' ').slice(0, 100)}`,
    );
  const mutants = noticed.length + missed.length;
  return { name, mutants, noticed: noticed.length, score: (100 * noticed.length) / mutants };
}
