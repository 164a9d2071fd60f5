#!/usr/bin/env node
// The step of the GitHub Action (action.yml): installs codex and codex-glm, runs one prompt, and writes the outputs. Inputs
// come by environment. For Linux and macOS runners: npm's commands are shell scripts on Windows. The step fails when the turn does, after the outputs were written.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const input = (name) => process.env[`INPUT_${name}`]?.trim() ?? '';

/** @returns {number} exit status */
function main() {
  const prompt = input('PROMPT') || readPrompt(input('PROMPT_FILE'));
  if (!prompt) return fail('There is no prompt: set the input "prompt" or "prompt-file".');
  if (!process.env.CODEX_GLM_API_KEY && process.env.CODEX_GLM_PROVIDER !== 'demo') {
    return fail('There is no API key: set the input "api-key" from a secret. Forks do not get secrets.');
  }
  const packages = [
    ['@openai/codex', input('CODEX_VERSION')],
    ['codex-glm', input('CODEX_GLM_VERSION')],
  ].flatMap(([name, version]) => (version ? [`${name}@${version}`] : []));
  if (packages.length > 0) {
    const installed = run('npm', ['install', '--global', '--no-audit', '--no-fund', ...packages], {
      stdio: ['ignore', 2, 2],
    });
    if (installed !== 0) return fail(`npm could not install ${packages.join(', ')}.`);
  }

  const folder = mkdtempSync(join(tmpdir(), 'codex-glm-action-'));
  try {
    const [messageFile, usageFile] = [join(folder, 'message'), join(folder, 'usage.json')];
    const status = run(
      'codex-glm',
      ['--usage-json', usageFile, 'exec', '--skip-git-repo-check', ...codexOptions(messageFile), '-'],
      // Not as an argument, which may have 128 KiB; and codex never waits for a standard input of the runner's.
      {
        cwd: resolve(input('WORKING_DIRECTORY') || '.'),
        input: prompt,
        stdio: ['pipe', 'inherit', 'inherit'],
        env: { ...process.env, CODEX_GLM_STDIN: 'inherited' },
      },
    );
    writeOutput('final-message', readOptional(messageFile));
    writeOutput('exit-status', String(status));
    writeOutput('usage', readOptional(usageFile));
    return status;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function codexOptions(messageFile) {
  return ['--sandbox', input('SANDBOX') || 'read-only', '--output-last-message', messageFile];
}

function readPrompt(file) {
  return file === '' ? '' : readOptional(resolve(file)).trim();
}

function readOptional(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function run(command, args, options) {
  const { status, error } = spawnSync(command, args, options);
  if (error) console.error(`${command}: ${error.message}`);
  return status ?? 1;
}

/** A value of several lines stands between two lines that nobody can guess. */
function writeOutput(name, value) {
  const mark = `end-${randomUUID()}`;
  appendFileSync(process.env.GITHUB_OUTPUT, `${name}<<${mark}\n${value}\n${mark}\n`);
}

function fail(message) {
  // the form in which GitHub shows an error beside the step
  console.log(`::error title=codex-glm::${message}`);
  return 2;
}

process.exitCode = main();
