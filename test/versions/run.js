/**
 * `npm run test:codex-versions [version…]`: runs the core tests against each supported codex. A version is installed into
 * node_modules/.codex-versions when its turn comes, and removed afterwards unless KEEP=1 (200 to 400 MB each). CODEX_VERSIONS
 * names versions too, with blanks between them. The results of all of them are then in node_modules/.test-results.json.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const oldest = ['0.107.0', '0.120.0', '0.130.0', '0.146.1', '0.150.0', '0.156.0', '0.163.0'];

const resultsFile = join(root, 'node_modules/.test-results.json');
const total = { numPassedTests: 0, numFailedTests: 0, testResults: [] };
const named = process.env.CODEX_VERSIONS?.split(/[\s,]+/).filter(Boolean) ?? [];
const asked = process.argv.length > 2 ? process.argv.slice(2) : named;
const versions = asked.length > 0 ? asked : [...oldest, newest()];
const failed = versions.filter((version) => !test(version));
writeFileSync(resultsFile, JSON.stringify(total));
console.log(
  `${versions.length - failed.length} versions passed${failed.length > 0 ? `, failed: ${failed.join(', ')}` : ''}`,
);
process.exitCode = failed.length > 0 ? 1 : 0;

/** The version that npm has; without a network the one that is installed. */
function newest() {
  try {
    return execFileSync('npm', ['view', '@openai/codex', 'version'], { encoding: 'utf8' }).trim();
  } catch {
    return installedVersion();
  }
}

function installedVersion() {
  return JSON.parse(readFileSync(join(root, 'node_modules/@openai/codex/package.json'), 'utf8')).version;
}

/** Takes the results of one version to those of the others. */
function add(status) {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(resultsFile, 'utf8'));
  total.numPassedTests += numPassedTests;
  total.numFailedTests += status !== 0 && numFailedTests === 0 ? 1 : numFailedTests;
  total.testResults.push(...testResults);
}

function test(version) {
  const folder = join(root, 'node_modules/.codex-versions', version);
  try {
    rmSync(resultsFile, { force: true });
    const codexPath = install(version, folder);
    console.log(`\ncodex ${version}`);
    // a reporter that is named here replaces those of the configuration, the one that writes the results too
    const reporters = ['--reporter=verbose', '--reporter=json', `--outputFile.json=${resultsFile}`];
    const { status } = spawnSync(
      process.execPath,
      [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'versions', ...reporters],
      {
        cwd: root,
        stdio: 'inherit',
        env: { ...process.env, CODEX_VERSION: version, CODEX_GLM_CODEX_PATH: codexPath },
      },
    );
    add(status);
    return status === 0;
  } catch (error) {
    console.error(`codex ${version}: ${error.message}`);
    total.numFailedTests++;
    return false;
  } finally {
    if (process.env.KEEP !== '1') rmSync(folder, { recursive: true, force: true });
  }
}

/** The path of that version's command. */
function install(version, folder) {
  if (version === installedVersion()) return join(root, 'node_modules/.bin/codex');
  const command = join(folder, 'node_modules/.bin/codex');
  if (existsSync(command)) return command;
  mkdirSync(folder, { recursive: true });
  // a package of its own: npm would install into ours otherwise
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder];
  execFileSync('npm', ['install', ...flags, `@openai/codex@${version}`], { stdio: ['ignore', 'ignore', 'inherit'] });
  return command;
}
