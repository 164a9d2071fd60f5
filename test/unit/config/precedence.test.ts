import { expect, test } from 'vitest';
import { lookUpSetting } from '../../../src/config/lookup.ts';
import { referenceVariables } from '../../../src/config/reference-variables.ts';
import { parseSettings } from '../../../src/config/settings-file.ts';
import {
  settingDefaults,
  settingsTable,
  type DefaultedSetting,
  type SettingDescription,
  type SettingName,
} from '../../../src/config/setting-table.ts';
import { resolveSettings } from '../../../src/config/settings.ts';

const file = (text: string) => parseSettings(text, 'config.toml', {});

/** Three texts that the setting takes, each with its value. */
function samples({ name, type }: SettingDescription): [text: string, value: unknown][] {
  if (name === 'baseUrl') return ['https://a/v1', 'https://b/v1', 'https://c/v1'].map((text) => [text, text]);
  // the file takes only those that there are
  if (name === 'provider') return ['zai', 'demo', 'xai'].map((text) => [text, text]);
  if (type === 'switch')
    return [
      ['1', true],
      ['0', false],
      ['yes', true],
    ];
  if (type === 'number')
    return [
      ['1', 1],
      ['22', 22],
      ['333', 333],
    ];
  if (type === 'list')
    return [
      ['a', ['a']],
      ['b,c', ['b', 'c']],
      [' d , ', ['d']],
    ];
  if (type === 'text') return ['a', 'b', 'c'].map((text) => [text, text]);
  return [0, 1, 0].map((index) => [type[index] ?? '', type[index]]);
}

function defaultOf(name: SettingName): { value: unknown; origin: string } | undefined {
  const value: unknown = { ...settingDefaults }[name as DefaultedSetting];
  return value === undefined ? undefined : { value, origin: 'default' };
}

function toFile({ key = '' }: SettingDescription, value: unknown): string {
  const [first, second] = key.split('.');
  const text = JSON.stringify(value);
  return second === undefined ? `${first} = ${text}` : `[${first}]\n${second} = ${text}`;
}

test.each(settingsTable.map((setting) => [setting.name, setting] as const))(
  '%s: flag before variable before file before default',
  (name, setting) => {
    const [flag, variable, inFile] = samples(setting);
    const provider = name === 'provider' ? undefined : 'x';
    const sources = {
      flags: {},
      environment: {},
      file: setting.key === undefined ? file('') : file(toFile(setting, inFile?.[1])),
    };
    const inFileOnly = lookUpSetting(name, sources, provider);
    if (setting.key !== undefined) expect(inFileOnly).toEqual({ value: inFile?.[1], origin: 'config.toml' });
    const withVariable = { ...sources, environment: { [setting.variable]: ` ${variable?.[0]} ` } };
    expect(lookUpSetting(name, withVariable, provider)).toEqual({ value: variable?.[1], origin: setting.variable });
    const withFlag = { ...withVariable, flags: { [name]: flag?.[0] } };
    expect(lookUpSetting(name, withFlag, provider)?.value).toEqual(flag?.[1]);
    expect(lookUpSetting(name, { flags: {}, environment: {}, file: file('') }, provider)).toEqual(defaultOf(name));
  },
);

test.each(referenceVariables)('$variable of $system sets $setting', ({ variable, setting, provider }) => {
  const description = settingsTable.find(({ name }) => name === setting);
  const [text, value] = (description && samples(description)[0]) ?? ['', ''];
  const sources = { flags: {}, environment: { [variable]: text }, file: file('') };
  expect(lookUpSetting(setting, sources, provider)).toEqual({ value, origin: variable });
  // it is not used for another provider, and ours stands before it
  if (provider !== undefined) expect(lookUpSetting(setting, sources, 'deepseek')).toEqual(defaultOf(setting));
  const [ownText, ownValue] = (description && samples(description)[1]) ?? ['', ''];
  const both = { ...sources, environment: { [variable]: text, [description?.variable ?? '']: ownText } };
  expect(lookUpSetting(setting, both, provider)?.value).toEqual(ownValue);
});

test('a wrong value of a variable names the variable', () => {
  const sources = { flags: {}, environment: { CODEX_GLM_PORT: 'http' }, file: file('') };
  expect(() => lookUpSetting('port', sources, undefined)).toThrow('CODEX_GLM_PORT must be a whole number.');
});

test('a provider’s own variable stands behind ours and before the file', () => {
  const own = file('provider = "bigmodel"\nbase_url = "https://file/v4"');
  const environment = { GLM_API_KEY: 'g', GLM_API_BASE: 'https://variable/v4' };
  expect(resolveSettings({ flags: {}, environment, file: own }).baseUrl).toBe('https://variable/v4');
  const ours = { ...environment, CODEX_GLM_BASE_URL: 'https://ours/v4' };
  expect(resolveSettings({ flags: {}, environment: ours, file: own }).baseUrl).toBe('https://ours/v4');
});

test('a provider’s own variable moves its chat endpoint, not its Responses endpoint', () => {
  const environment = { ZAI_API_KEY: 'z', ZAI_BASE_URL: 'https://moved/v4', CODEX_GLM_WIRE: 'responses' };
  expect(resolveSettings({ flags: {}, environment })).toMatchObject({
    baseUrl: 'https://moved/v4',
    provider: { responsesBaseUrl: 'https://api.z.ai/api/v1' },
  });
});

test('model, address and wire of the file belong to the provider of the file', () => {
  const own = file('provider = "zai"\nmodel = "glm-5.2"\nbase_url = "https://gateway/v4"\nwire = "responses"');
  const settings = resolveSettings({
    flags: { provider: 'deepseek' },
    environment: { DEEPSEEK_API_KEY: 'd' },
    file: own,
  });
  expect(settings).toMatchObject({ model: undefined, baseUrl: 'https://api.deepseek.com', provider: { wire: 'chat' } });
});

test('codex-relay alone: its upstream, key and model map', () => {
  const environment = {
    CODEX_RELAY_UPSTREAM: 'https://relay.example/v1',
    CODEX_RELAY_API_KEY: 'r',
    CODEX_RELAY_MODEL_MAP: 'gpt-5:qwen3.8:27b, a:b',
  };
  expect(resolveSettings({ flags: {}, environment })).toMatchObject({
    provider: { id: 'openai-compatible' },
    baseUrl: 'https://relay.example/v1',
    apiKey: 'r',
    aliases: { 'gpt-5': 'qwen3.8:27b', a: 'b' },
  });
});

const storedKey = () => ({ value: 's', origin: 'credentials.toml' });

test('where the key is: our variable, the provider’s, a command, the keychain, the file', () => {
  const base = 'provider = "zai"\n';
  const key = (text: string, environment: NodeJS.ProcessEnv = {}) =>
    resolveSettings({ flags: {}, environment, file: file(base + text), storedKey }).key;
  const command = '[providers.zai]\nkey_command = "pass x"\nkeychain = true';
  expect(key(command, { CODEX_GLM_API_KEY: 'o', ZAI_API_KEY: 'z' })).toMatchObject({ value: 'o' });
  expect(key(command, { ZAI_API_KEY: 'z' })).toMatchObject({ value: 'z', origin: 'ZAI_API_KEY' });
  expect(key(command)).toEqual({ kind: 'command', command: 'pass x' });
  expect(key('[providers.zai]\nkeychain = true')).toEqual({ kind: 'keychain', provider: 'zai' });
  expect(key('')).toEqual({ kind: 'value', value: 's', origin: 'credentials.toml' });
});

test('a provider of the catalog changed, and a new one', () => {
  const own = file(`
[providers.zai]
main_model = "glm-9"
drop_params = ["top_p"]
extra_body = { user_id = "u-12345" }
max_concurrent = 2
rules = { temperature = false, top_p = { min = 0.1, max = 0.9 }, quirks = ["repeats-calls"], reasoning_placeholder = "" }
[[providers.zai.models]]
id = "glm-9"
context_tokens = 5000
input = ["text", "image"]
efforts = ["low", "high"]
price = { input = 1, output = 2 }
[providers.mine]
base_url = "http://10.0.0.1:8000/v1/"
key_variables = ["MINE_KEY"]
rules = { tool_choice = "auto" }
[[providers.mine.models]]
id = "m1"
`);
  const zai = resolveSettings({ flags: { provider: 'zai' }, environment: { ZAI_API_KEY: 'z' }, file: own }).provider;
  expect(zai).toMatchObject({
    mainModel: 'glm-9',
    fastModel: 'glm-5.3-flash',
    maxConcurrent: 2,
    rules: {
      toolChoice: 'auto',
      dropParams: ['top_p'],
      extraBody: { user_id: 'u-12345' },
      temperature: false,
      topP: { min: 0.1, max: 0.9 },
      quirks: ['repeats-calls'],
      reasoningPlaceholder: '',
    },
  });
  expect(zai.models.find(({ id }) => id === 'glm-9')).toMatchObject({
    contextTokens: 5000,
    inputModalities: ['text', 'image'],
    reasoning: { efforts: ['low', 'high'], default: 'high', control: 'thinking+reasoning_effort' },
    price: { currency: 'USD', input: 1, output: 2 },
  });
  const mine = resolveSettings({ flags: { provider: 'mine' }, environment: { MINE_KEY: 'k' }, file: own });
  expect(mine).toMatchObject({
    apiKey: 'k',
    baseUrl: 'http://10.0.0.1:8000/v1',
    provider: { mainModel: 'm1', fastModel: 'm1', rules: { toolChoice: 'auto' } },
  });
});

test.each([
  ['DEEPSEEK_API_KEY', 'deepseek'],
  ['ZHIPU_API_KEY', 'bigmodel'],
  ['MINIMAX_API_KEY', 'minimax'],
  ['MIMO_API_KEY', 'xiaomi-mimo'],
])("GodeX's %s is the key of %s", (variable, provider) => {
  expect(resolveSettings({ flags: { provider }, environment: { [variable]: 'k' } }).apiKey).toBe('k');
});
