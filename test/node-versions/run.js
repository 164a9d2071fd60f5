#!/usr/bin/env node
// `npm run test:node-versions [22 24]`: the unit tests and the core of the end-to-end tests on other Node lines, each from
// npm's own `node` package, kept below node_modules.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const asked = process.argv.slice(2);
const coreTests = ['main-job', 'signals', 'drop-in', 'terminal'].map((name) => `test/e2e/${name}.test.ts`);
const failed = [];

for (const line of asked.length > 0 ? asked : ['22', '24']) {
  const node = install(line);
  console.log(`\n== Node ${spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout}`);
  const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run'];
  const runs = [
    [...vitest, '--project', 'unit'],
    [...vitest, '--project', 'e2e', ...coreTests],
  ];
  for (const args of runs) {
    if (spawnSync(node, args, { cwd: root, stdio: 'inherit' }).status !== 0) failed.push(line);
  }
}
if (failed.length > 0) console.error(`\nfailed on Node ${[...new Set(failed)].join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;

/** The path of that line's binary. */
function install(line) {
  const folder = join(root, `node_modules/.node-${line}`);
  const node = join(folder, 'node_modules/node/bin/node');
  if (!existsSync(node)) {
    const npm = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', `node@${line}`];
    const { status } = spawnSync('npm', npm, { stdio: 'inherit' });
    if (status !== 0) throw new Error(`npm could not install node@${line}`);
  }
  return node;
}
