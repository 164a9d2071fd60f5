import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findProvider } from '../../../../src/catalog/catalog.ts';
import { loadSettingsFor, withoutProvider } from '../../../../src/launch/settings/select-provider.ts';
import { testFolder } from '../../../helpers/test-folder.ts';

const keys = {
  ZAI_API_KEY: 'key-of-zai',
  DEEPSEEK_API_KEY: 'key-of-deepseek',
  OPENROUTER_API_KEY: 'key-of-openrouter',
};

async function providerFor(model: string | undefined, environment: Record<string, string>, config = '') {
  const folder = await testFolder();
  writeFileSync(join(folder, 'config.toml'), config);
  const { settings } = loadSettingsFor(model, {}, { ...keys, ...environment, CODEX_GLM_HOME: folder });
  return settings;
}

it.each([
  ['deepseek/deepseek-v4-pro', {}, 'deepseek'],
  ['deepseek/unheard-of', {}, 'deepseek'],
  ['deepseek-v4-pro', {}, 'zai-coding'],
  [undefined, {}, 'zai-coding'],
  ['nobody/x', {}, 'zai-coding'],
  ['/x', {}, 'zai-coding'],
  ['deepseek/deepseek-v4-pro', { CODEX_GLM_PROVIDER: 'openrouter' }, 'openrouter'],
  ['deepseek/deepseek-v4-pro', { CODEX_GLM_PROVIDER: 'ollama' }, 'ollama'],
  ['zai/glm-5.3', { CODEX_GLM_PROVIDER: 'zai' }, 'zai'],
])('-m %s with %j is served by %s', async (model, environment, wanted) => {
  const { provider } = await providerFor(model, environment as Record<string, string>);
  expect(provider.id).toBe(wanted);
});

it('a provider of config.toml can be named too', async () => {
  const config = '[providers.mine]\nbase_url = "http://127.0.0.1:9/v1"\n';
  const { provider, baseUrl } = await providerFor('mine/some-model', {}, config);
  expect([provider.id, baseUrl]).toEqual(['mine', 'http://127.0.0.1:9/v1']);
});

it('it gets its own key and address, never those of the provider that is set', async () => {
  const environment = {
    CODEX_GLM_PROVIDER: 'zai',
    CODEX_GLM_API_KEY: 'key-of-zai',
    CODEX_GLM_BASE_URL: 'https://zai.example/v4',
    CODEX_GLM_MODEL: 'glm-5.2',
  };
  const settings = await providerFor('deepseek/deepseek-v4-pro', environment);
  expect(settings).toMatchObject({ apiKey: 'key-of-deepseek', model: undefined });
  expect(settings.baseUrl).toContain('deepseek.com');
});

it.each([
  ['zai/glm-5.3', 'zai', 'glm-5.3'],
  ['glm-5.3', 'zai', 'glm-5.3'],
  ['deepseek/x', 'zai', 'deepseek/x'],
  ['openrouter/x', 'openrouter', 'x'],
])('%s is known to %s as %s', (model, provider, name) => {
  expect(withoutProvider(model, findProvider(provider))).toBe(name);
});
