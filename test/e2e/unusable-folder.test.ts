import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runLauncher } from '../helpers/run-launcher.ts';
import { testPlace } from '../helpers/test-place.ts';

// a file in place of a folder is refused to root as well
test.each(['run', 'catalogs'])('a data folder whose %s cannot be used is told, and nothing hangs', async (name) => {
  const place = await testPlace();
  await mkdir(place.glmHome, { recursive: true });
  await writeFile(join(place.glmHome, name), '');
  const run = await runLauncher(place, ['--provider', 'demo', 'exec', 'hello'], { deadlineMs: 20_000 });
  expect(run.status).toBe(1);
  expect(run.stderr).toMatch(
    /^codex-glm: \S+ cannot be used: .*\n {2}Make the folder writable .*\[CODEX_HOME_UNUSABLE\]\n$/,
  );
});

test('a home that is empty does not lead into the project, whose settings are not read', async () => {
  const place = await testPlace();
  const folder = join(place.workFolder, '.codex-glm');
  await mkdir(folder);
  await writeFile(join(folder, 'config.toml'), 'provider = "demo"\n');
  for (const HOME of ['', '.']) {
    const run = await runLauncher(place, ['config', 'path'], { environment: { HOME, CODEX_GLM_HOME: '' } });
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).not.toContain(place.workFolder);
  }
});
