import { expect, test } from 'vitest';
import { resolveSettings, type FlagValues } from '../../../src/config/settings.ts';
import { UsageError } from '../../../src/errors/errors.ts';

function resolve(environment: NodeJS.ProcessEnv, flags: FlagValues = {}) {
  return resolveSettings({ flags, environment });
}

function failure(environment: NodeJS.ProcessEnv, flags: FlagValues = {}): UsageError {
  try {
    resolve(environment, flags);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('no failure');
}

test.each([
  [{ GLM_API_KEY: 'g' }, 'bigmodel-coding', 'g'],
  [{ ZAI_API_KEY: 'z' }, 'zai-coding', 'z'],
  [{ Z_AI_API_KEY: 'z2' }, 'zai-coding', 'z2'],
  [{ GLM_API_KEY: 'g', ZAI_API_KEY: 'z' }, 'bigmodel-coding', 'g'],
  [{ GLM_API_KEY: ' ', ZAI_API_KEY: ' z\n' }, 'zai-coding', 'z'],
  [{ GLM_API_KEY: 'g', ZAI_API_KEY: 'z', CODEX_GLM_PROVIDER: 'zai' }, 'zai', 'z'],
  [{ CODEX_GLM_API_KEY: 'own', ZAI_API_KEY: 'z' }, 'zai-coding', 'own'],
  // as a shell, a file of Docker or a hand may leave it
  [{ ZAI_API_KEY: '"z.y"' }, 'zai-coding', 'z.y'],
  [{ ZAI_API_KEY: " 'z.y'\n" }, 'zai-coding', 'z.y'],
  [{ CODEX_GLM_PROVIDER: 'zai', CODEX_GLM_API_KEY: 'Bearer z.y' }, 'zai', 'z.y'],
  // other vendors, in the order of the catalog, behind GLM
  [{ DEEPSEEK_API_KEY: 'd' }, 'deepseek', 'd'],
  [{ GROQ_API_KEY: 'q', MOONSHOT_API_KEY: 'm' }, 'moonshot', 'm'],
  [{ DEEPSEEK_API_KEY: 'd', Z_AI_API_KEY: 'z' }, 'zai-coding', 'z'],
])('%j means %s with key %s', (environment, id, apiKey) => {
  const settings = resolve(environment);
  expect([settings.provider.id, settings.apiKey]).toEqual([id, apiKey]);
});

test('a variable that chose the provider is told, but for those of GLM', () => {
  expect(resolve({ DEEPSEEK_API_KEY: 'd' }).chosenBy).toBe('DEEPSEEK_API_KEY');
  expect(resolve({ ZAI_API_KEY: 'z' }).chosenBy).toBeUndefined();
  expect(resolve({ DEEPSEEK_API_KEY: 'd', CODEX_GLM_PROVIDER: 'deepseek' }).chosenBy).toBeUndefined();
});

test('a flag stands before the environment', () => {
  const environment = { CODEX_GLM_PROVIDER: 'zai', CODEX_GLM_BASE_URL: 'https://env/v4', ZAI_API_KEY: 'z' };
  const settings = resolve(environment, { provider: 'demo', baseUrl: 'http://flag:1/v4/' });
  expect([settings.provider.id, settings.baseUrl]).toEqual(['demo', 'http://flag:1/v4']);
});

test.each([
  [{}, 'https://api.z.ai/api/coding/paas/v4'],
  [{ ZAI_BASE_URL: 'https://moved/v4/' }, 'https://moved/v4'],
  [{ ZAI_BASE_URL: 'https://moved/v4', CODEX_GLM_BASE_URL: 'https://own/v4' }, 'https://own/v4'],
  [{ GLM_API_BASE: 'https://not-this-provider/v4' }, 'https://api.z.ai/api/coding/paas/v4'],
])('with %j the base URL is %s', (environment, baseUrl) => {
  expect(resolve({ ZAI_API_KEY: 'z', ...environment }).baseUrl).toBe(baseUrl);
});

test('the demo and a server of one’s own need no key', () => {
  expect(resolve({ CODEX_GLM_PROVIDER: 'demo' })).toMatchObject({ baseUrl: '', apiKey: undefined });
  expect(resolve({}, { provider: 'zai', baseUrl: 'http://127.0.0.1:1' }).apiKey).toBeUndefined();
});

test.each([
  [undefined, false],
  ['', false],
  ['0', false],
  ['off', false],
  ['1', true],
  ['yes', true],
])('CODEX_GLM_KEEP_KEY_ENV=%s', (value, kept) => {
  expect(resolve({ GLM_API_KEY: 'g', CODEX_GLM_KEEP_KEY_ENV: value }).keepKeyVariable).toBe(kept);
});

test('no key: the variables and the set-up command are named', () => {
  const error = failure({});
  expect(error.code).toBe('NO_API_KEY');
  for (const word of ['GLM_API_KEY', 'ZAI_API_KEY', 'CODEX_GLM_API_KEY', 'codex-glm setup']) {
    expect(error.hint).toContain(word);
  }
  expect(failure({ GLM_API_KEY: 'g' }, { provider: 'zai' }).message).toContain('Z.ai pay-as-you-go');
});

test.each<[string, NodeJS.ProcessEnv, FlagValues, string]>([
  ['an unknown provider', { GLM_API_KEY: 'g' }, { provider: 'nope' }, 'UNKNOWN_PROVIDER'],
  ['one with a base URL', {}, { provider: 'nope', baseUrl: 'http://127.0.0.1:1' }, 'UNKNOWN_PROVIDER'],
  ['a key of nobody', { CODEX_GLM_API_KEY: 'k' }, {}, 'BAD_SETTING'],
  ['an address of nobody', {}, { baseUrl: 'http://127.0.0.1:1' }, 'BAD_SETTING'],
  ['another scheme', { GLM_API_KEY: 'g' }, { baseUrl: 'file:///etc/passwd' }, 'BAD_BASE_URL'],
  ['a provider without an address', {}, { provider: 'openai-compatible', apiKey: 'k' }, 'BAD_BASE_URL'],
  ['no URL', { GLM_API_KEY: 'g', GLM_API_BASE: 'open.bigmodel.cn' }, {}, 'BAD_BASE_URL'],
  ['an MCP server that nobody hosts', { ZAI_API_KEY: 'z', CODEX_GLM_HOSTED_MCP: 'zreed' }, {}, 'BAD_SETTING'],
])('%s is refused', (_, environment, flags, code) => {
  expect(failure(environment, flags).code).toBe(code);
});

test.each([
  [undefined, 'zai', []],
  ['web_reader,zread', 'zai', ['web_reader', 'zread']],
  ['all', 'zai', ['web_search_prime', 'web_reader', 'zread']],
  // of a provider that hosts none
  ['all', 'demo', []],
  ['zread', 'demo', []],
])('hosted MCP servers: %s of %s are %j', (names, provider, expected) => {
  const environment = { ZAI_API_KEY: 'z', ...(names !== undefined && { CODEX_GLM_HOSTED_MCP: names }) };
  expect(resolve(environment, { provider }).hostedMcp).toEqual(expected);
});

test('a password in the base URL is refused and not repeated', () => {
  const error = failure({ GLM_API_KEY: 'g' }, { baseUrl: 'https://me:hunter2@host/v4' });
  expect(error.code).toBe('BAD_BASE_URL');
  expect(`${error.message} ${error.hint}`).not.toContain('hunter2');
});
