import { expect, test } from 'vitest';
import { resolveLaunchSettings } from '../../../src/config/launch-settings.ts';
import { parseSettings } from '../../../src/config/settings-file.ts';
import { resolveSettings } from '../../../src/config/settings.ts';
import { settingsTable } from '../../../src/config/setting-table.ts';
import { UsageError } from '../../../src/errors/errors.ts';

const path = '/home/u/.codex-glm/config.toml';

function parse(text: string, environment: NodeJS.ProcessEnv = {}) {
  return parseSettings(text, path, environment);
}

function failure(text: string, environment: NodeJS.ProcessEnv = {}): UsageError {
  try {
    parse(text, environment);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('no failure');
}

const everything = `
provider = "zai-coding"
model = "glm-5.2"
fast_model = "glm-5.3-flash"
base_url = "https://gateway.example/v4"
wire = "chat"
keep_key_env = true
images = "route"
web_search = "native"
hosted_mcp = ["zread"]
sessions = "shared"
inherit = ["mcp", "skills"]
quiet = true

[limits]
max_concurrent = 2
requests_per_minute = 30

[tools]
deny = ["mcp__*"]

[network]
connect_timeout_ms = 1000
headers_timeout_ms = 2000
idle_timeout_ms = 3000
ca_file = "/etc/ca.pem"

[proxy]
host = "::1"
port = 4000
log_level = "debug"
providers = ["ollama"]
require_key = true
history = "disk"
history_dir = "/srv/history"
history_ttl_hours = 1
history_max_responses = 2
history_max_mb = 3

[models.aliases]
"gpt-5.5" = "best"
best = "glm-5.3"
"*" = "fast"
`;

test('every key of the file reaches the settings', () => {
  const settings = resolveSettings({ flags: {}, environment: { ZAI_API_KEY: 'z' }, file: parse(everything) });
  expect(settings).toMatchObject({
    provider: { id: 'zai-coding', fastModel: 'glm-5.3-flash', wire: 'chat' },
    model: 'glm-5.2',
    baseUrl: 'https://gateway.example/v4',
    keepKeyVariable: true,
    aliases: { 'gpt-5.5': 'glm-5.3', best: 'glm-5.3', '*': 'fast' },
    maxConcurrent: 2,
    requestsPerMinute: 30,
    deniedTools: ['mcp__*'],
    images: 'route',
    webSearch: 'native',
    hostedMcp: ['zread'],
    quiet: true,
    network: { connectTimeoutMs: 1000, headersTimeoutMs: 2000, idleTimeoutMs: 3000, caFile: '/etc/ca.pem' },
    standalone: {
      host: '::1',
      port: 4000,
      logLevel: 'debug',
      providers: ['ollama'],
      requireKey: true,
      history: 'disk',
      historyFolder: '/srv/history',
      historyTtlHours: 1,
      historyMaxResponses: 2,
      historyMaxMegabytes: 3,
    },
  });
});

test('what holds for commands without a provider reaches the launch', () => {
  const launch = resolveLaunchSettings({ flags: {}, environment: {}, file: parse(everything) });
  expect(launch).toMatchObject({ sessions: 'shared', inherit: ['mcp', 'skills'] });
});

test('the example above has every key that there is', () => {
  const { values } = parse(everything);
  const missing = settingsTable.filter(({ name, key }) => key !== undefined && values[name] === undefined);
  expect(missing).toEqual([]);
});

test.each<[string, string, RegExp]>([
  ['broken TOML', 'provider = "zai\nmodel = 1', /config\.toml, line 1: /],
  ['an unknown key', 'modle = "x"', /"modle" is no setting/],
  ['an unknown key in a table', '[limits]\nmax = 1', /"limits\.max" is no setting/],
  ['a wrong type', 'quiet = "yes"', /"quiet" must be true or false/],
  ['a number as text', '[limits]\nmax_concurrent = "2"', /"limits\.max_concurrent" must be a whole number/],
  ['a negative number', '[limits]\nmax_concurrent = -1', /must be a whole number/],
  ['an unknown word', 'images = "drop"', /"images" must be note or route/],
  ['a text for a list', '[tools]\ndeny = "x"', /"tools\.deny" must be a list/],
  ['a number in a list', '[tools]\ndeny = [1]', /"tools\.deny\[0\]" must be a text/],
  ['a value for a table', 'limits = 3', /"limits" must be a table/],
  ['an alias loop', '[models.aliases]\na = "b"\nb = "c"\nc = "a"', /in a circle: a -> b -> c -> a/],
  ['another scheme', 'base_url = "ftp://host"', /"base_url" must start with http/],
  ['no URL', 'base_url = "host"', /"base_url" is not a URL/],
  ['a password in a URL', 'base_url = "https://me:hunter2@host"', /"base_url" must not hold a user name or password/],
  [
    'a password in a provider',
    '[providers.x]\nbase_url = "https://me:hunter2@host"',
    /"providers\.x\.base_url" must not/,
  ],
  ['a new provider without address', '[providers.mine]\nname = "Mine"', /"providers\.mine\.base_url" is missing/],
  ['an unknown key of a provider', '[providers.zai]\nurl = "http://x"', /"providers\.zai\.url" is no setting/],
  ['a model without id', '[[providers.zai.models]]\nname = "x"', /"providers\.zai\.models\[0\]\.id" is missing/],
  ['a range', '[providers.zai.rules]\ntemperature = true', /rules\.temperature" must be false or a table/],
  ['half a range', '[providers.zai.rules]\ntop_p = { min = 0 }', /rules\.top_p\.max" is missing/],
  ['an unknown quirk', '[providers.zai.rules]\nquirks = ["odd"]', /quirks\[0\]" must be plain-schemas, /],
  ['a provider that does not exist', 'provider = "zia"', /"provider" names "zia", which is no provider/],
  ['a port that does not exist', '[proxy]\nport = 70000', /"proxy\.port" must be a port, 0 to 65535/],
  ['a key', 'api_key = "hunter2"', /"api_key" must not stand here/],
  ['a key of a provider', '[providers.zai]\napi_key = "hunter2"', /"providers\.zai\.api_key" must not stand here/],
  ['an address with its path', 'base_url = "https://h/v1/chat/completions"', /must end before \/chat\/completions/],
  ['an address with a query', '[providers.zai]\nbase_url = "https://h/v1?a=b"', /must not hold a query/],
  ['an unset variable', 'provider = "${NOT_SET}"', /"provider" names \$\{NOT_SET\}, which is not set/],
])('%s: one message with file and place, and what to do', (_, text, message) => {
  const error = failure(text);
  expect(error.code).toBe('BAD_SETTINGS_FILE');
  expect(error.message).toMatch(message);
  expect(error.message).toContain(path);
  expect(error.hint).toBeTruthy();
  expect(`${error.message} ${error.hint}`).not.toContain('hunter2');
});

test('${NAME} is replaced in every text, $${ is not', () => {
  const { values, overrides } = parse(
    'provider = "${WHO}"\n[tools]\ndeny = ["${A}__${B}"]\n[providers.zai]\nextra_body = { user = "$${A}" }',
    { WHO: 'zai', A: 'a', B: 'b' },
  );
  expect(values).toMatchObject({ provider: 'zai', deniedTools: ['a__b'] });
  expect(overrides['zai']?.extra_body).toEqual({ user: '${A}' });
});

test('a byte order mark and line ends of Windows are taken', () => {
  expect(parse('\uFEFFprovider = "zai"\r\nquiet = true\r\n').values).toEqual({ provider: 'zai', quiet: true });
});

test('a provider of one’s own may be the one in use', () => {
  const own = '[providers.lab]\nbase_url = "http://10.0.0.1/v1"';
  expect(parse(`provider = "lab"\n${own}`).values.provider).toBe('lab');
  expect(failure(`provider = "lba"\n${own}`).hint).toContain('Did you mean lab?');
});

test('keys named like members of every object are refused as unknown', () => {
  expect(failure('__proto__ = { provider = "zai" }').message).toMatch(/__proto__/);
  expect(failure('constructor = 1').message).toMatch(/constructor/);
});
