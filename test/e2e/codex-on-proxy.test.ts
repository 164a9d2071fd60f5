import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../helpers/free-port.ts';
import { runLauncher } from '../helpers/run-launcher.ts';
import { repositoryRoot, testPlace, type TestPlace } from '../helpers/test-place.ts';

const run = promisify(execFile);
const flags = ['--provider', 'demo'];
const prompt = 'Create hello.js that prints hello';

/** `proxy start` with these options, and a home of codex with the config.toml that is printed for it. */
async function placeWithCodexOnProxy(options: string[], environment: Record<string, string>) {
  const place = await testPlace();
  const proxy = (...args: string[]) => runLauncher(place, [...flags, 'proxy', ...args], { environment });
  onTestFinished(async () => void (await proxy('stop')));
  const key = (await proxy('keys', 'add', 'codex')).stdout.trim();
  const started = await proxy('start', ...options);
  expect(started, started.stderr).toMatchObject({ status: 0 });
  const codexHome = join(place.userHome, '.codex');
  await mkdir(codexHome);
  const { stdout: config } = await runLauncher(place, [...flags, 'config', 'codex'], { environment });
  await writeFile(join(codexHome, 'config.toml'), config);
  return { place, codexHome, key, started, proxy };
}

async function runCodex(place: TestPlace, environment: Record<string, string>) {
  const codex = join(repositoryRoot, 'node_modules/.bin/codex');
  const running = run(codex, ['exec', '--sandbox', 'workspace-write', prompt], {
    cwd: place.workFolder,
    env: { ...place.environment, ...environment },
    timeout: 60_000,
  });
  running.child.stdin?.end();
  return running;
}

it('the real codex works on a standalone proxy with the config.toml that codex-glm prints', async () => {
  const environment = { CODEX_GLM_PORT: String(await freePort()) };
  const { place, codexHome, proxy } = await placeWithCodexOnProxy([], environment);
  const { stderr } = await runCodex(place, { CODEX_HOME: codexHome });
  expect(existsSync(join(place.workFolder, 'hello.js')), stderr).toBe(true);
  expect(stderr).not.toMatch(/metadata/i);
  const logs = await proxy('logs');
  expect(logs.stdout).toContain('"response.completed"');
  expect(logs.stdout).not.toContain('hello.js');
});

it('the real codex shows a client key where one is asked for, at the port where the proxy runs', async () => {
  const port = String(await freePort());
  const { place, codexHome, key, started } = await placeWithCodexOnProxy(['--port', port], {
    CODEX_GLM_REQUIRE_KEY: '1',
  });
  expect(started.stdout).toContain(`:${port}/v1",wire_api="responses",env_key="CODEX_GLM_CLIENT_KEY"`);
  const without = runCodex(place, { CODEX_HOME: codexHome });
  await expect(without).rejects.toMatchObject({ stderr: expect.stringContaining('CODEX_GLM_CLIENT_KEY') as string });
  const { stderr } = await runCodex(place, { CODEX_HOME: codexHome, CODEX_GLM_CLIENT_KEY: key });
  expect(existsSync(join(place.workFolder, 'hello.js')), stderr).toBe(true);
});
