import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { leftProcesses, processesOf } from '../helpers/processes.ts';
import { openLauncher } from '../helpers/pty.ts';
import { runLauncher } from '../helpers/run-launcher.ts';
import { startStrictProvider } from '../helpers/strict-provider.ts';
import { testPlace } from '../helpers/test-place.ts';

const demo = ['--provider', 'demo'];

function threadOf(stderr: string): string {
  return /^session id: (\S+)$/m.exec(stderr)?.[1] ?? 'none';
}

test('agents shows the sessions, without a daemon', async () => {
  const place = await testPlace();
  await runLauncher(place, [...demo, 'exec', 'hi there']);
  const terminal = openLauncher(place, [...demo, 'agents']);
  await terminal.waitFor(/Agent command center[^]*hi there/);
  expect((await processesOf(place)).map(({ command }) => command).join('\n')).not.toMatch(/app-server .*daemon/);
  terminal.sendSignal('SIGTERM');
  expect(await terminal.waitForExit()).toBe(143);
  expect(await leftProcesses(place)).toEqual([]);
  expect(await readdir(join(place.glmHome, 'codex-home'))).not.toContain('packages');
});

test('queue keeps a message for a session, and codex says itself that --resume needs a server', async () => {
  const place = await testPlace();
  const thread = threadOf((await runLauncher(place, [...demo, 'exec', 'hi'])).stderr);
  const queued = await runLauncher(place, ['queue', '--thread', thread, '--message', 'and then?', '--resume']);
  expect(queued).toMatchObject({ status: 0, stdout: expect.stringContaining(`for thread ${thread}`) });
  expect(queued.stderr).toMatch(/could not resume/);
  expect(await leftProcesses(place)).toEqual([]);
});

test('fork goes on from a copy of the thread', async () => {
  const place = await testPlace();
  const thread = threadOf((await runLauncher(place, [...demo, 'exec', 'remember plum'])).stderr);
  const terminal = openLauncher(place, [...demo, 'fork', thread]);
  const screen = await terminal.waitFor(/Trust this folder|remember plum/);
  if (/Trust/.test(screen)) await terminal.pressUntil('enter', /remember plum/);
  terminal.sendSignal('SIGTERM');
  expect(await terminal.waitForExit()).toBe(143);
});

test("a project's own .codex/config.toml holds once the folder is trusted, which is asked once", async () => {
  const place = await testPlace();
  await mkdir(join(place.workFolder, '.codex'));
  await writeFile(join(place.workFolder, '.codex/config.toml'), 'model_reasoning_effort = "max"\n');
  const open = () => openLauncher(place, [...demo]);
  const first = open();
  await first.waitFor(/Trust this folder/);
  await first.pressUntil('enter', /GLM-5\.3 /);
  first.sendSignal('SIGTERM');
  await first.waitForExit();
  const second = open();
  expect(await second.waitFor(/GLM-5\.3 /)).not.toContain('Trust this folder');
  second.sendSignal('SIGTERM');
  await second.waitForExit();
  expect(await readFile(join(place.glmHome, 'codex-home/config.toml'), 'utf8')).toContain('trust_level = "trusted"');

  const provider = await startStrictProvider([{ text: 'ok' }]);
  const args = ['--provider', 'zai', '--base-url', provider.baseUrl, 'exec', 'hi'];
  const run = await runLauncher(place, args, { environment: { ZAI_API_KEY: 'k' } });
  expect(run.stderr).toContain('reasoning effort: max');
});
