import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../helpers/free-port.ts';
import { runLauncher } from '../helpers/run-launcher.ts';
import { repositoryRoot, testPlace } from '../helpers/test-place.ts';

const run = promisify(execFile);

it('the real codex works on a standalone proxy with the config.toml that codex-glm prints', async () => {
  const place = await testPlace();
  const environment = { CODEX_GLM_PORT: String(await freePort()) };
  const flags = ['--provider', 'demo'];
  onTestFinished(async () => void (await runLauncher(place, [...flags, 'proxy', 'stop'], { environment })));
  const started = await runLauncher(place, [...flags, 'proxy', 'start'], { environment });
  expect(started, started.stderr).toMatchObject({ status: 0 });

  const codexHome = join(place.userHome, '.codex');
  await mkdir(codexHome);
  const { stdout: config } = await runLauncher(place, [...flags, 'config', 'codex'], { environment });
  await writeFile(join(codexHome, 'config.toml'), config);

  const codex = join(repositoryRoot, 'node_modules/.bin/codex');
  const prompt = 'Create hello.js that prints hello';
  const running = run(codex, ['exec', '--sandbox', 'workspace-write', prompt], {
    cwd: place.workFolder,
    env: { ...place.environment, CODEX_HOME: codexHome },
    timeout: 45_000,
  });
  running.child.stdin?.end();
  const { stderr } = await running;
  expect(existsSync(join(place.workFolder, 'hello.js')), stderr).toBe(true);
  expect(stderr).not.toMatch(/metadata/i);
  const logs = await runLauncher(place, ['proxy', 'logs'], { environment });
  expect(logs.stdout).toContain('"response.completed"');
  expect(logs.stdout).not.toContain('hello.js');
});
