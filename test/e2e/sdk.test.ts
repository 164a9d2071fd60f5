import { Codex } from '@openai/codex-sdk';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { launcherPath } from '../helpers/run-launcher.ts';
import { testPlace } from '../helpers/test-place.ts';

test('@openai/codex-sdk runs a turn and resumes the thread through codex-glm, unchanged', async () => {
  const place = await testPlace();
  const options = { workingDirectory: place.workFolder, sandboxMode: 'workspace-write' } as const;
  const codex = new Codex({
    codexPathOverride: launcherPath,
    env: { ...place.environment, CODEX_GLM_PROVIDER: 'demo' },
  });
  const thread = codex.startThread(options);
  const first = await thread.run('Create hello.js that prints hello');
  expect(first.finalResponse).toContain('It printed:\n\nhello');
  expect(first.items.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['reasoning', 'command_execution', 'file_change', 'agent_message']),
  );
  expect(first.usage?.output_tokens).toBeGreaterThan(0);
  expect(existsSync(join(place.workFolder, 'hello.js'))).toBe(true);

  const resumed = codex.resumeThread(thread.id ?? '', options);
  const second = await resumed.run('Create bye.js that prints bye');
  expect(second.finalResponse).toContain('It printed:\n\nbye');
  expect(resumed.id).toBe(thread.id);
});
