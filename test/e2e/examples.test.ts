/** The examples of the docs, as they stand there. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { launcherPath } from '../helpers/run-launcher.ts';
import { startScriptedUpstream, stream, textChunks } from '../helpers/scripted-upstream.ts';
import { repositoryRoot, testPlace } from '../helpers/test-place.ts';

const run = promisify(execFile);
const examples = join(repositoryRoot, 'docs/examples');

async function runExample(
  program: string,
  file: string,
  args: string[] = [],
  environment: Record<string, string> = {},
) {
  const place = await testPlace();
  const { stdout } = await run(program, [join(examples, file), ...args], {
    env: { ...place.environment, ...environment },
    timeout: 30_000,
  });
  return stdout;
}

it('start-proxy.mjs', async () => {
  const upstream = await startScriptedUpstream(stream(textChunks('Hello there.')));
  onTestFinished(() => upstream.close());
  const environment = { BASE_URL: upstream.baseUrl, API_KEY: 'key-1234' };
  expect(await runExample(process.execPath, 'start-proxy.mjs', [], environment)).toBe('Hello there.\n');
});

it('translate.mjs', async () => {
  const lines = (await runExample(process.execPath, 'translate.mjs')).trim().split('\n');
  expect(lines[0]).toBe('[{"role":"user","content":"Hello?"}]');
  expect(lines.at(-1)).toBe('response.completed');
});

it('launch-codex.mjs', async () => {
  expect(await runExample(process.execPath, 'launch-codex.mjs')).toMatch(/^codex-cli \d/);
});

it('drive_proxy.py', async () => {
  const said = await runExample('python3', 'drive_proxy.py', [process.execPath, launcherPath, '--provider', 'demo']);
  expect(said).toContain('demo');
});
