/**
 * `npm run test:all [part…]`: what takes too long for `npm test`. The parts, in this order: faults, fuzz, soak (and
 * long-soak, only when it is asked for), kills, versions. Variables: FUZZ_RUNS and FUZZ_SEED, SOAK_SECONDS and SOAK_SEED, CODEX_VERSIONS (blank-separated).
 * Ends with "N passed, M failed"; the results of all parts together are then in node_modules/.test-results.json.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const resultsFile = join(root, 'node_modules/.test-results.json');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const project = (name) => [vitest, 'run', '--project', name];

const parts = {
  faults: { arguments: project('faults') },
  fuzz: { arguments: project('fuzz'), environment: { FUZZ_RUNS: '10000' } },
  soak: { arguments: project('soak'), environment: { SOAK_SECONDS: '60' } },
  'long-soak': { arguments: project('soak'), environment: { SOAK_SECONDS: '600' }, onlyWhenAsked: true },
  kills: { arguments: project('kills') },
  versions: { arguments: [join(root, 'test/versions/run.js')] },
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; parts are ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
const total = { numPassedTests: 0, numFailedTests: 0, testResults: [] };
const took = [];
const usual = Object.keys(parts).filter((name) => !parts[name].onlyWhenAsked);
for (const name of asked.length > 0 ? asked : usual) run(name);
writeFileSync(resultsFile, JSON.stringify(total));
console.log(`\n${took.join(', ')}\n${total.numPassedTests} passed, ${total.numFailedTests} failed`);
process.exitCode = total.numFailedTests > 0 ? 1 : 0;

function run(name) {
  console.log(`\n== ${name}`);
  rmSync(resultsFile, { force: true });
  const startedAtMs = Date.now();
  const { arguments: args, environment = {} } = parts[name];
  const env = { ...environment, ...process.env };
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env });
  took.push(`${name} ${Math.round((Date.now() - startedAtMs) / 1000)} s`);
  const { numPassedTests = 0, numFailedTests = 0, testResults = [] } = results();
  total.numPassedTests += numPassedTests;
  // a part that ended badly without a failed test did not come to its tests
  total.numFailedTests += status !== 0 && numFailedTests === 0 ? 1 : numFailedTests;
  total.testResults.push(...testResults);
}

function results() {
  try {
    return JSON.parse(readFileSync(resultsFile, 'utf8'));
  } catch {
    return {};
  }
}
