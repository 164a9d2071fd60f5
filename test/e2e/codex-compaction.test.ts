import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { startProxy } from '../../src/proxy/server.ts';
import { runLauncher } from '../helpers/run-launcher.ts';
import { startStrictProvider } from '../helpers/strict-provider.ts';
import { repositoryRoot, testPlace } from '../helpers/test-place.ts';

const run = promisify(execFile);

it('the real codex compacts by a trigger item (`remote_compaction = "v2"`), and works on from the summary', async () => {
  const place = await testPlace();
  let commands = 0;
  const provider = await startStrictProvider((request) => {
    const text = JSON.stringify(request.messages.at(-1));
    if (text.includes('hand-over')) return { reasoning: 'Hm.', text: 'Summary of it all.', promptTokens: 100 };
    if (commands === 2) return { text: 'Done.', promptTokens: 100 };
    const call = { name: 'exec_command', arguments: { cmd: `echo step ${++commands}` } };
    return { calls: [call], promptTokens: commands === 1 ? 30_000 : 1000 };
  });
  const proxy = await startProxy({ provider: 'zai', baseUrl: provider.baseUrl, token: false, environment: {} });
  onTestFinished(() => proxy.close());
  const codexHome = join(place.userHome, '.codex');
  await mkdir(codexHome);
  const { stdout: config } = await runLauncher(place, ['--provider', 'zai', 'config', 'codex'], {
    environment: { ZAI_API_KEY: 'key.of-the-test' },
  });
  const settings = config.replace(/http:\/\/127\.0\.0\.1:\d+\/v1/, proxy.url);
  const capabilities = '\n[model_providers.codex-glm.capabilities]\nremote_compaction = "v2"\n';
  await writeFile(join(codexHome, 'config.toml'), `model_auto_compact_token_limit = 20000\n${settings}${capabilities}`);

  const running = run(join(repositoryRoot, 'node_modules/.bin/codex'), ['exec', 'do it'], {
    cwd: place.workFolder,
    env: { ...place.environment, CODEX_HOME: codexHome },
    timeout: 45_000,
  });
  running.child.stdin?.end();
  const { stdout, stderr } = await running;
  expect(stdout, stderr).toBe('Done.\n');
  const summaries = provider.requests.filter(({ body }) => JSON.stringify(body.messages.at(-1)).includes('hand-over'));
  expect(summaries.map(({ body }) => body.tools)).toEqual([undefined]);
  const last = JSON.stringify(provider.requests.at(-1)?.body.messages);
  expect(last).toContain('Summary of it all.');
  expect(last).not.toContain('step 1');
});
