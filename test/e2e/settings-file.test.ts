import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderContents } from '../helpers/folder-contents.ts';
import { runLauncher } from '../helpers/run-launcher.ts';
import { startStrictProvider } from '../helpers/strict-provider.ts';
import { repositoryRoot, testPlace } from '../helpers/test-place.ts';

test('what config.toml says reaches the provider', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider([{ text: 'Done.' }]);
  await mkdir(place.glmHome, { recursive: true });
  const settings = `
provider = "zai"
model = "small"
[models.aliases]
small = "fast"
[tools]
deny = ["view_image", "multi_agent*"]
[limits]
max_concurrent = 1
[providers.zai]
base_url = "${provider.baseUrl}"
key_variables = ["MY_OWN_KEY"]
fast_model = "glm-5.2"
extra_body = { user_id = "team-42" }
drop_params = ["max_tokens"]
`;
  await writeFile(join(place.glmHome, 'config.toml'), settings);
  const run = await runLauncher(place, ['exec', 'hello'], { environment: { MY_OWN_KEY: 'canary.of-mine' } });
  expect(run).toMatchObject({ status: 0, stdout: expect.stringContaining('Done.') as string });
  expect(run.stderr).not.toMatch(/metadata|warning/i);
  const [request] = provider.requests;
  expect(request?.authorization).toBe('Bearer canary.of-mine');
  expect(request?.body).toMatchObject({ model: 'glm-5.2', user_id: 'team-42' });
  const names = JSON.stringify(request?.body.tools);
  expect(names).toContain('exec_command');
  expect(names).not.toMatch(/view_image|multi_agent/);
});

test('a broken config.toml: one message, nothing started, nothing changed', async () => {
  const place = await testPlace();
  await mkdir(place.glmHome, { recursive: true });
  await writeFile(join(place.glmHome, 'config.toml'), 'provider = "zai\n');
  const run = await runLauncher(place, ['exec', 'hello'], { environment: { ZAI_API_KEY: 'a.b' } });
  expect(run.status).toBe(2);
  expect(run.stderr).toMatch(/^codex-glm: .*config\.toml, line 1: .*\n {2}Correct it .*\[BAD_SETTINGS_FILE\]\n$/);
  expect(await folderContents(place.glmHome)).toEqual({ 'config.toml': 'provider = "zai\n' });
});

test('nothing in the project folder chooses an address or a key', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider([{ text: 'Right place.' }]);
  for (const folder of ['.codex-glm', '.']) {
    await mkdir(join(place.workFolder, folder), { recursive: true });
    await writeFile(
      join(place.workFolder, folder, 'config.toml'),
      'provider = "openai-compatible"\nbase_url = "http://127.0.0.1:1"\n',
    );
  }
  await writeFile(join(place.workFolder, '.env'), 'CODEX_GLM_BASE_URL=http://127.0.0.1:1\n');
  const run = await runLauncher(place, ['exec', 'hello'], {
    environment: { ZAI_API_KEY: 'a.b', ZAI_BASE_URL: provider.baseUrl },
  });
  expect(run).toMatchObject({ status: 0, stdout: expect.stringContaining('Right place.') as string });
});

test('with nothing but PATH, HOME and a key, no file is written but those in ~/.codex-glm', async () => {
  const place = await testPlace();
  const provider = await startStrictProvider([{ text: 'Enough.' }]);
  const bare = {
    ...place,
    environment: {
      PATH: `${join(repositoryRoot, 'node_modules/.bin')}:${place.environment['PATH']}`,
      HOME: place.userHome,
      GLM_API_KEY: 'a.b',
      GLM_API_BASE: provider.baseUrl,
    },
  };
  const run = await runLauncher(bare, ['exec', 'hello']);
  expect(run).toMatchObject({ status: 0, stdout: expect.stringContaining('Enough.') as string });
  expect(await readdir(place.userHome)).toEqual(['.codex-glm']);
});
