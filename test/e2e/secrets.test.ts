import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { folderContents } from '../helpers/folder-contents.ts';
import { leftProcesses, listenersOf, processesOf } from '../helpers/processes.ts';
import { runLauncher } from '../helpers/run-launcher.ts';
import { startStrictProvider } from '../helpers/strict-provider.ts';
import { testPlace, type TestPlace } from '../helpers/test-place.ts';

const secret = 'canary-key.of-the-test';

function args(baseUrl: string, ...rest: string[]): string[] {
  return ['--provider', 'zai', '--base-url', baseUrl, 'exec', ...rest];
}

test.each([
  ['by default', []],
  ['with an exclude list of the user', ['-c', 'shell_environment_policy.exclude=["NOTHING"]']],
  ['with inherit=all', ['-c', 'shell_environment_policy.inherit="all"']],
])("a model that runs `env` sees neither the key nor the proxy's token, %s", async (_, own) => {
  const place = await testPlace();
  const provider = await startStrictProvider([
    { calls: [{ name: 'exec_command', arguments: { cmd: 'env' } }] },
    { text: 'Seen.' },
  ]);
  const run = await runLauncher(
    place,
    args(provider.baseUrl, ...own, 'run env', '--dangerously-bypass-approvals-and-sandbox'),
    {
      environment: { ZAI_API_KEY: secret, HARMLESS: 'visible' },
    },
  );
  expect(run.status).toBe(0);
  const seen = JSON.stringify(provider.requests[1]?.body.messages);
  expect(seen).toContain('HARMLESS=visible');
  expect(seen).not.toContain(secret);
  expect(seen).not.toMatch(/CODEX_GLM_TOKEN/);
});

test('the key is in no argument, environment or file of codex, and only loopback is listened on', async () => {
  const place = await testPlace();
  let seen: { codex: string; listeners: string[] } | undefined;
  const provider = await startStrictProvider([{ hang: { text: 'wait' } }]);
  const run = await runLauncher(place, args(provider.baseUrl, '--json', 'hello'), {
    environment: { ZAI_API_KEY: secret },
    onOutput: (text, send) => {
      if (!text.includes('turn.started')) return;
      void lookAt(place).then((found) => {
        seen = found;
        send('SIGTERM');
      });
    },
  });
  expect(run.status).toBe(143);
  expect(await leftProcesses(place)).toEqual([]);
  for (const expected of ['CODEX_HOME=', 'CODEX_GLM_TOKEN=']) expect(seen?.codex).toContain(expected);
  expect(seen?.codex).not.toContain(secret);
  expect(seen?.listeners).toHaveLength(1);
  expect(seen?.listeners[0]).toMatch(/^127\.0\.0\.1:/);
  expect(JSON.stringify(await folderContents(place.glmHome))).not.toContain(secret);
});

/** Arguments and environment of codex as the kernel shows them, and where the run listens. */
async function lookAt(place: TestPlace): Promise<{ codex: string; listeners: string[] }> {
  const processes = await processesOf(place);
  const codex = processes.filter(({ command }) => !command.includes('bin/codex-glm.js'));
  const texts = codex.map(async ({ pid, command }) => {
    // codex's short-lived helpers may have ended since
    return command + (await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => ''));
  });
  return {
    codex: (await Promise.all(texts)).join('\n'),
    listeners: await listenersOf(processes),
  };
}
