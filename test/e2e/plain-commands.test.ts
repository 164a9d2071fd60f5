import { existsSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runLauncher } from '../helpers/run-launcher.ts';
import { testPlace } from '../helpers/test-place.ts';

test('a plain subcommand runs in our home, with neither provider nor key', async () => {
  const place = await testPlace();
  const added = await runLauncher(place, ['mcp', 'add', 'tiny', '--', 'node', '--full-auto', 'server.mjs']);
  expect(added.status).toBe(0);
  const listed = await runLauncher(place, ['--provider', 'nope', 'mcp', 'list', '--json']);
  expect(JSON.parse(listed.stdout)).toMatchObject([
    { name: 'tiny', transport: { command: 'node', args: ['--full-auto', 'server.mjs'] } },
  ]);
  expect(listed.stderr).toBe('');
  expect(readdirSync(place.glmHome)).toEqual(['codex-home', 'run']);
  expect(existsSync(`${place.userHome}/.codex`)).toBe(false);
});

test("codex's exit status and its words are passed on", async () => {
  const place = await testPlace();
  const run = await runLauncher(place, ['completion', 'no-such-shell']);
  expect(run).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('no-such-shell') });
});

test('help and version show both programs, codex first, and need no key', async () => {
  const place = await testPlace();
  const version = await runLauncher(place, ['--version']);
  expect(version.stdout).toMatch(/^codex-cli \d+\.\d+\.\d+\S*\ncodex-glm \d+\.\d+\.\d+\n$/);
  const help = await runLauncher(place, ['--help']);
  expect(help.stdout).toMatch(/^Codex CLI[^]*--provider <ID>[^]*CODEX_GLM_KEEP_KEY_ENV/);
  const exec = await runLauncher(place, ['exec', '--help']);
  expect(exec.stdout).toContain('--output-last-message');
  expect(exec.stdout).not.toContain('--provider <ID>');
});
