import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { choosePort, openOnPort } from '../../../src/daemon/choose-port.ts';
import { loadStandaloneSettings } from '../../../src/daemon/standalone-settings.ts';
import { startScriptedUpstream } from '../../helpers/scripted-upstream.ts';
import { testFolder } from '../../helpers/test-folder.ts';

async function load(
  options: Record<string, string | boolean>,
  environment: Record<string, string> = {},
  configText = '',
) {
  const folder = await testFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.toml'), configText);
  return loadStandaloneSettings({}, options, { CODEX_GLM_HOME: folder, CODEX_GLM_PROVIDER: 'demo', ...environment });
}

it('a further provider gets its own key, and nothing that was said of the first', async () => {
  const environment = {
    CODEX_GLM_PROVIDER: 'zai',
    CODEX_GLM_API_KEY: 'key-of-zai',
    CODEX_GLM_BASE_URL: 'https://zai.example/v4',
    CODEX_GLM_WIRE: 'chat',
    CODEX_GLM_FAST_MODEL: 'glm-5.2',
    DEEPSEEK_API_KEY: 'key-of-deepseek',
  };
  const { settings, others } = await load({ providers: 'deepseek, zai' }, environment);
  expect(settings).toMatchObject({ apiKey: 'key-of-zai', baseUrl: 'https://zai.example/v4' });
  expect(others).toHaveLength(1);
  expect(others[0]).toMatchObject({ provider: { id: 'deepseek' }, apiKey: 'key-of-deepseek' });
  expect(others[0]?.baseUrl).toContain('deepseek.com');
  expect(JSON.stringify(others)).not.toContain('key-of-zai');
});

it('a further provider without a key is refused, not left without one', async () => {
  await expect(load({ providers: 'deepseek' }, { CODEX_GLM_API_KEY: 'key-of-demo' })).rejects.toMatchObject({
    code: 'NO_API_KEY',
  });
});

it.each([
  ['an option', { port: '4000' }, {}, '', true],
  ['a variable', {}, { CODEX_GLM_PORT: '4000' }, '', true],
  ["another system's variable", {}, { PROXY_PORT: '4000' }, '', true],
  ['config.toml', {}, {}, '[proxy]\nport = 4000', true],
  ['nothing', {}, {}, '', false],
])('a port named by %s', async (_, options, environment, configText, isPortFixed) => {
  const found = await load(options, environment, configText);
  expect(found.isPortFixed).toBe(isPortFixed);
  expect(found.settings.standalone.port).toBe(isPortFixed ? 4000 : 18_765);
});

it('a port that was named is taken as it is; else a free one is found', async () => {
  const other = await startScriptedUpstream();
  const taken = Number(new URL(other.baseUrl).port);
  const settings = await load({ port: String(taken) });
  expect(await choosePort(settings)).toBe(taken);
  expect(await choosePort({ ...settings, isPortFixed: false })).not.toBe(taken);
  await other.close();
});

it('a port that another process takes at the last moment is exchanged for the next one, unless it was named', async () => {
  const taken = new Error('taken', { cause: Object.assign(new Error(), { code: 'EADDRINUSE' }) });
  const asked: number[] = [];
  const open = (port: number) => (asked.push(port) === 1 ? Promise.reject(taken) : Promise.resolve(port));
  expect(await openOnPort(await load({}), open)).toBe(asked[1]);
  expect(new Set(asked).size).toBe(2);
  asked.length = 0;
  await expect(openOnPort(await load({ port: '4000' }), open)).rejects.toBe(taken);
  expect(asked).toEqual([4000]);
});

const hour = 3_600_000;
const mebibyte = 1024 * 1024;

it.each([
  ['nothing', {}, {}, '', ['memory', 168 * hour, 256, 512 * mebibyte]],
  [
    'options',
    { history: 'disk', 'history-ttl-hours': '1', 'history-max-responses': '2', 'history-max-mb': '3' },
    {},
    '',
    ['disk', hour, 2, 3 * mebibyte],
  ],
  [
    'variables',
    {},
    {
      CODEX_GLM_HISTORY: 'disk',
      CODEX_GLM_HISTORY_TTL_HOURS: '1',
      CODEX_GLM_HISTORY_MAX_RESPONSES: '2',
      CODEX_GLM_HISTORY_MAX_MB: '3',
    },
    '',
    ['disk', hour, 2, 3 * mebibyte],
  ],
  [
    "codex-relay's variables",
    {},
    {
      CODEX_RELAY_HISTORY_STORE: 'disk',
      CODEX_RELAY_SESSION_TTL_HOURS: '1',
      CODEX_RELAY_MAX_SESSIONS: '2',
      CODEX_RELAY_MAX_SESSION_MEMORY_MB: '3',
    },
    '',
    ['disk', hour, 2, 3 * mebibyte],
  ],
  [
    'config.toml',
    {},
    {},
    '[proxy]\nhistory = "disk"\nhistory_ttl_hours = 1\nhistory_max_responses = 2\nhistory_max_mb = 3',
    ['disk', hour, 2, 3 * mebibyte],
  ],
])('what is kept of responses, by %s', async (_, options: Record<string, string>, environment, configText, wanted) => {
  const { history } = await load(options, environment, configText);
  expect([history.kind, history.limits.ttlMs, history.limits.maxResponses, history.limits.maxBytes]).toEqual(wanted);
});

it.each([
  ['nothing', {}, {}, undefined],
  ['an option', { 'history-dir': 'mine' }, {}, resolve('mine')],
  ["codex-relay's variable", {}, { CODEX_RELAY_HISTORY_DIR: '/srv/history' }, resolve('/srv/history')],
])('the folder of stored responses, by %s', async (_, options: Record<string, string>, environment, wanted) => {
  const { history, paths } = await load(options, environment);
  expect(history.folder).toBe(wanted ?? join(paths.dataFolder, 'proxy/history'));
});

it('further providers and the need for a key may stand in config.toml', async () => {
  const text = '[proxy]\nproviders = ["ollama"]\nrequire_key = true';
  const { others, settings } = await load({}, {}, text);
  expect(others.map(({ provider }) => provider.id)).toEqual(['ollama']);
  expect(settings.standalone.requireKey).toBe(true);
});

it.each([
  [{ history: 'cloud' }, '--history must be memory or disk'],
  [{ 'history-max-mb': 'much' }, '--history-max-mb must be a whole number'],
  [{ port: '70000' }, '65535'],
  [{ port: 'x' }, 'whole number'],
  [{ 'log-level': 'loud' }, 'must be'],
  [{ providers: 'nobody' }, 'nobody'],
])('the options %j are refused', async (options: Record<string, string>, words) => {
  await expect(load(options)).rejects.toThrow(words);
});
