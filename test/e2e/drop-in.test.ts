import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findCodex } from '../../src/launch/binary/find-codex.ts';
import { within } from '../helpers/deadline.ts';
import { openLauncher } from '../helpers/pty.ts';
import { launcherPath, runLauncher } from '../helpers/run-launcher.ts';
import { startStrictProvider } from '../helpers/strict-provider.ts';
import { testPlace, type TestPlace } from '../helpers/test-place.ts';

const demo = ['--provider', 'demo'];

test.each([
  [['exec', '--oss', 'do']],
  [['exec', '--local-provider', 'ollama', 'do']],
  [['-c', 'model_provider=openai', 'exec', 'do']],
  [['exec', '-c', 'model_providers.codex-glm.base_url="http://x"', 'do']],
  [['remote-control']],
])('%j is refused with a reason, and nothing was started', async (args) => {
  const place = await testPlace();
  const run = await runLauncher(place, [...demo, ...args]);
  expect(run).toMatchObject({ status: 2, stdout: '' });
  expect(run.stderr).toMatch(/^codex-glm: .+\n {2}.+ \[USAGE\]\n$/);
  expect(existsSync(place.glmHome)).toBe(false);
});

test("the user's own options win: -m, -c, -s, -C", async () => {
  const place = await testPlace();
  const provider = await startStrictProvider([{ text: 'Hello.' }]);
  const own = [
    '-m',
    'glm-5.2',
    '-c',
    'model_reasoning_effort="high"',
    '-s',
    'danger-full-access',
    '-C',
    place.tempFolder,
  ];
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec', '--skip-git-repo-check', ...own, 'hi'];
  const run = await runLauncher(place, args, { environment: { ZAI_API_KEY: 'k' } });
  expect(run.status).toBe(0);
  expect(run.stderr).toMatch(/model: glm-5\.2[^]*sandbox: danger-full-access[^]*reasoning effort: high/);
  expect(run.stderr).toContain(`workdir: ${place.tempFolder}`);
  expect(provider.requests[0]?.body.model).toBe('glm-5.2');
});

test("the user's own profile wins: -p", async () => {
  const place = await testPlace();
  await mkdir(join(place.glmHome, 'codex-home'), { recursive: true });
  await writeFile(join(place.glmHome, 'codex-home/mine.config.toml'), 'model_reasoning_effort = "high"\n');
  const run = await runLauncher(place, [...demo, '-p', 'mine', 'exec', 'hi']);
  expect(run).toMatchObject({ status: 0, stderr: expect.stringContaining('reasoning effort: high') });
});

test("the user's own approvals win: -a, which only the TUI has", async () => {
  const place = await testPlace();
  const provider = await startStrictProvider(() => ({ text: 'Hello.' }));
  const withKey = { ...place, environment: { ...place.environment, ZAI_API_KEY: 'k' } };
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, '-a', 'never', 'greet me'];
  const terminal = openLauncher(withKey, args);
  await terminal.waitFor(/Trust this folder/);
  await terminal.pressUntil('enter', /Hello\./);
  expect(JSON.stringify(provider.requests[0]?.body.messages)).toMatch(/Approval policy is currently never/);
  terminal.sendSignal('SIGTERM');
  expect(await terminal.waitForExit()).toBe(143);
});

/** Starts the launcher with a pipe on standard input that stays open. */
function startWithOpenPipe(place: TestPlace, args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [launcherPath, ...args], {
    cwd: place.workFolder,
    env: { ...place.environment, ...environment },
    stdio: 'pipe',
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<{ status: number | null; stderr: string }>((resolve) =>
    child.once('close', (status) => resolve({ status, stderr })),
  );
  return { child, ended, stderr: () => stderr };
}

test.each([
  ['--no-stdin', ['--no-stdin'], {}],
  ['CODEX_GLM_STDIN=closed', [], { CODEX_GLM_STDIN: 'closed' }],
])('a pipe that never ends does not matter with %s', async (_, flags, environment) => {
  const place = await testPlace();
  const { ended } = startWithOpenPipe(place, [...demo, ...flags, 'exec', 'hi'], environment);
  expect(await within(20_000, 'end', ended)).toMatchObject({
    status: 0,
    stderr: expect.not.stringContaining('codex-glm:'),
  });
});

test('a pipe that brings nothing for 10 s gets one hint, and still belongs to codex', async () => {
  const place = await testPlace();
  const { child, ended, stderr } = startWithOpenPipe(place, [...demo, 'exec', 'hi']);
  await expect.poll(stderr, { timeout: 30_000 }).toContain('--no-stdin');
  child.stdin.end('more');
  const run = await within(20_000, 'end', ended);
  expect(run.status).toBe(0);
  expect(run.stderr.match(/^codex-glm: .*$/gm)).toHaveLength(1);
});

test('a pipe that has ended gets no hint while codex waits for a slow MCP server', async () => {
  const place = await testPlace();
  const server = join(import.meta.dirname, '../helpers/tiny-mcp-server.mjs');
  const slow = {
    command: 'sh',
    args: ['-c', `sleep 11; exec node ${server}`],
    startup_timeout_sec: 40,
    required: true,
  };
  const values = Object.entries(slow).flatMap(([key, value]) => [
    '-c',
    `mcp_servers.slow.${key}=${JSON.stringify(value)}`,
  ]);
  const startedAt = Date.now();
  const run = await runLauncher(place, [...demo, 'exec', ...values, 'hi'], { input: 'more' });
  expect(run).toMatchObject({ status: 0, stderr: expect.not.stringContaining('codex-glm:') });
  // otherwise there was nothing to be silent about
  expect(Date.now() - startedAt).toBeGreaterThan(11_000);
});

test('a prompt with a piped diff: the model gets both, stdout is the answer alone', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider([{ text: 'Looks fine.' }]);
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec', 'review this'];
  const run = await runLauncher(place, args, { environment: { ZAI_API_KEY: 'k' }, input: '+ added line\n' });
  expect(run).toMatchObject({ status: 0, stdout: 'Looks fine.\n' });
  const seen = JSON.stringify(provider.requests[0]?.body.messages);
  expect(seen).toContain('review this');
  expect(seen).toContain('+ added line');
});

const line = '0123456789abcde\n';

test.each([
  ['a piped prompt', '-'],
  ['a pipe behind a prompt', 'review this'],
])('%s of nearly 1 MiB, the most that codex takes, reaches the provider whole', async (_, prompt) => {
  const place = await testPlace();
  const provider = await startStrictProvider([{ text: 'Read.' }]);
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec', prompt];
  const input = `${line.repeat(65_000)}the end`;
  const run = await runLauncher(place, args, { environment: { ZAI_API_KEY: 'k' }, input });
  expect(run).toMatchObject({ status: 0, stdout: 'Read.\n' });
  expect(JSON.stringify(provider.requests[0]?.body.messages)).toContain(JSON.stringify(input).slice(1, -1));
});

test('a prompt of 10 MB is read to its end and refused by codex itself, whose output is whole', async () => {
  const place = await testPlace();
  const run = await runLauncher(place, [...demo, 'exec', '-'], { input: line.repeat(655_360) });
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('Input exceeds the maximum length of 1048576 characters');
  // codex repeats the prompt: as fast as the reader takes it
  expect(run.stderr.split(line).length - 1).toBeGreaterThan(655_000);
});

/** The real codex, in a package that says another version. */
async function repackagedCodex(place: TestPlace, version: string): Promise<string> {
  const folder = join(place.userHome, 'package');
  await mkdir(join(folder, 'bin'), { recursive: true });
  await symlink(findCodex({ environment: {} }).executable, join(folder, 'bin/codex'));
  await writeFile(join(folder, 'codex-package.json'), JSON.stringify({ version }));
  return join(folder, 'bin/codex');
}

test.each([
  ['0.100.0', /older than 0\.107\.0/],
  ['0.999.0', /newer than/],
])('codex %s, which was never tested, gets one line and is started all the same', async (version, words) => {
  const place = await testPlace();
  const environment = { CODEX_GLM_CODEX_PATH: await repackagedCodex(place, version) };
  const run = await runLauncher(place, [...demo, 'exec', 'hi'], { environment });
  expect(run.status).toBe(0);
  expect(run.stderr.match(/^codex-glm: .*$/gm)).toEqual([expect.stringMatching(words)]);
});

test('completion is bound to codex-glm', async () => {
  const place = await testPlace();
  const run = await runLauncher(place, ['completion', 'fish']);
  expect(run).toMatchObject({ status: 0, stderr: '' });
  expect(run.stdout).toMatch(/^complete -c codex-glm .* -l provider /m);
  expect(run.stdout).toMatch(/^complete -c codex-glm .* -a "setup"/m);
});

// The real codex prints no 100 MB and does not end with a status of the test's choice.
test('100 MB from a codex reach a slow reader whole, and its status is passed on', async () => {
  const place = await testPlace();
  const fake = join(place.userHome, 'codex.cjs');
  await writeFile(
    fake,
    `#!/usr/bin/env node
if (process.argv.includes('--version')) process.exit();
const { writeSync } = require('node:fs');
const line = Buffer.from('x'.repeat(99_999) + '\\n');
for (let count = 0; count < 1000; count++) for (let at = 0; at < line.length; ) at += writeSync(1, line, at);
process.exit(42);
`,
  );
  await chmod(fake, 0o755);
  const child = spawn(process.execPath, [launcherPath, ...demo, 'exec', 'hi'], {
    cwd: place.workFolder,
    env: { ...place.environment, CODEX_GLM_CODEX_PATH: fake },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let bytes = 0;
  child.stdout.on('data', (part: Buffer) => {
    bytes += part.length;
    child.stdout.pause();
    setImmediate(() => child.stdout.resume());
  });
  const status = await within(30_000, 'end', new Promise((resolve) => child.once('close', resolve)));
  expect({ status, bytes }).toEqual({ status: 42, bytes: 100_000_000 });
});
