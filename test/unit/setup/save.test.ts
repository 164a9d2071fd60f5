import { readFileSync } from 'node:fs';
import { mkdir, readdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findProvider } from '../../../src/catalog/catalog.ts';
import { findPaths } from '../../../src/config/paths.ts';
import { readAssignment } from '../../../src/setup/read-assignment.ts';
import { savePlan, saveSettings } from '../../../src/setup/save.ts';
import type { SetupPlan } from '../../../src/setup/plan.ts';
import { testPlace } from '../../helpers/test-place.ts';
import { expectMode, isWindows } from '../../helpers/systems.ts';

async function settings(text?: string) {
  const { environment, glmHome } = await testPlace();
  const paths = findPaths(environment);
  if (text !== undefined) {
    await mkdir(glmHome, { recursive: true });
    await writeFile(paths.settingsFile, text);
  }
  const set = (key: string, value: string) => saveSettings(paths, environment, [readAssignment(key, value)]);
  return { paths, environment, glmHome, set, read: () => readFileSync(paths.settingsFile, 'utf8') };
}

test('comments, order and the spelling of all other lines stay', async () => {
  const file = await settings('# mine\nprovider = "zai"   # why\n\n[limits] # few\nmax_concurrent=2\n');
  file.set('limits.max_concurrent', '3');
  file.set('quiet', 'true');
  file.set('tools.deny', 'a, b');
  expect(file.read()).toBe(
    'quiet = true\n# mine\nprovider = "zai"   # why\n\n[limits] # few\nmax_concurrent = 3\n\n[tools]\ndeny = ["a", "b"]\n',
  );
});

test('names with dots stand in quotes', async () => {
  const file = await settings();
  file.set('models.aliases."gpt-5.5"', 'glm-5.3');
  file.set('providers.mine.base_url', 'http://127.0.0.1:9/v1');
  file.set('providers.mine.key_variables', '["A_KEY", "B_KEY"]');
  expect(file.read()).toBe(
    '\n[models.aliases]\n"gpt-5.5" = "glm-5.3"\n\n[providers.mine]\nkey_variables = ["A_KEY", "B_KEY"]\nbase_url = "http://127.0.0.1:9/v1"\n'.trimStart(),
  );
});

test.each([
  ['a broken file', 'provider = "zai', 'quiet', 'true', 'BAD_SETTINGS_FILE'],
  ['an unknown key', 'provider = "zai"\n', 'modle', 'x', 'BAD_SETTINGS_FILE'],
  ['a wrong value', 'provider = "zai"\n', 'limits.max_concurrent', 'many', 'BAD_SETTING'],
  ['a bad URL', 'provider = "zai"\n', 'base_url', 'ftp://x', 'BAD_SETTINGS_FILE'],
  ['an unknown provider', 'quiet = true\n', 'provider', 'zia', 'BAD_SETTINGS_FILE'],
  ['a port that does not exist', 'quiet = true\n', 'proxy.port', '70000', 'BAD_SETTING'],
  ['half a switch', 'provider = "zai"\n', 'quiet', 'maybe', 'BAD_SETTING'],
  ['a broken key', 'provider = "zai"\n', 'a = 1 }', 'x', 'BAD_SETTING'],
])('%s: refused, and the file is as it was', async (_, text, key, value, code) => {
  const file = await settings(text);
  expect(() => file.set(key, value)).toThrow(expect.objectContaining({ code }));
  expect(file.read()).toBe(text);
  expect(await readdir(file.glmHome)).toEqual(['config.toml']);
});

test('a key of the root stands apart from the first table', async () => {
  const file = await settings('[tools]\ndeny = ["a"]\n');
  file.set('quiet', 'true');
  expect(file.read()).toBe('quiet = true\n\n[tools]\ndeny = ["a"]\n');
});

test('a byte order mark goes, comments and line ends of Windows stay', async () => {
  const file = await settings('\uFEFF# mine\r\nprovider = "zai"\r\n');
  file.set('quiet', 'true');
  expect(file.read()).toBe('quiet = true\r\n# mine\r\nprovider = "zai"\r\n');
});

test.skipIf(isWindows)(
  'a link stays a link: what it leads to is written (on Windows only an administrator makes one)',
  async () => {
    const file = await settings();
    const dotfile = join(file.glmHome, '../dotfile.toml');
    await mkdir(file.glmHome, { recursive: true });
    await writeFile(dotfile, '# mine\n');
    await symlink(dotfile, file.paths.settingsFile);
    file.set('quiet', 'true');
    expect(await readlink(file.paths.settingsFile)).toBe(dotfile);
    expect(readFileSync(dotfile, 'utf8')).toBe('quiet = true\n# mine\n');
  },
);

test('a folder in place of the file, and a file in place of the folder, are told and left alone', async () => {
  const file = await settings();
  await mkdir(file.paths.settingsFile, { recursive: true });
  expect(() => file.set('quiet', 'true')).toThrow(/config\.toml is a folder, not a file/);
  const other = await settings();
  await writeFile(other.glmHome, '');
  expect(() => other.set('quiet', 'true')).toThrow(
    expect.objectContaining({ code: 'BAD_SETTINGS_FILE', message: expect.stringContaining('config.toml cannot be') }),
  );
});

const plan: SetupPlan = {
  provider: findProvider('zai-coding'),
  baseUrl: undefined,
  key: { kind: 'file', value: 'canary.key' },
  wire: 'chat',
  mainModel: 'glm-5.3',
  fastModel: 'glm-5.3',
};

test('a plan is written with what differs from the catalog; the key for its owner only', async () => {
  const file = await settings();
  await savePlan(plan, file.paths, file.environment);
  expect(file.read()).toBe('provider = "zai-coding"\n\n[providers.zai-coding]\nfast_model = "glm-5.3"\n');
  expect(readFileSync(file.paths.credentialsFile, 'utf8')).toBe('"zai-coding" = "canary.key"\n');
  for (const path of [file.paths.settingsFile, file.paths.credentialsFile]) {
    expectMode(path, 0o600);
  }
});

test('a second plan replaces the first and keeps what is the user’s', async () => {
  const file = await settings(
    'quiet = true\nmodel = "glm-5.2"\n[providers.zai-coding]\nkey_command = "pass glm"\ndrop_params = ["x"]\n',
  );
  const key = { kind: 'variable', origin: 'ZAI_API_KEY', value: 'v' } as const;
  await savePlan({ ...plan, key, wire: 'responses', fastModel: 'glm-5.3-flash' }, file.paths, file.environment);
  expect(file.read()).toBe(
    'provider = "zai-coding"\nwire = "responses"\nquiet = true\n[providers.zai-coding]\ndrop_params = ["x"]\n',
  );
  expect(await readdir(file.glmHome)).toEqual(['config.toml']);
});
